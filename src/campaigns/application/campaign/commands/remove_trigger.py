"""Take a trigger out of a campaign."""

from uuid import UUID

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.parts import without_trigger


class RemoveTrigger(CampaignCommand, frozen=True, kw_only=True):
    trigger_id: UUID


class RemoveTriggerHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: RemoveTrigger) -> Receipt:
        return await self._revising(command, lambda present, _: without_trigger(present, command.trigger_id))

"""Add a trigger to a campaign."""

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.draft import TriggerDraft
from campaigns.domain.campaign.parts import with_trigger


class AddTrigger(CampaignCommand, frozen=True, kw_only=True):
    trigger: TriggerDraft


class AddTriggerHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: AddTrigger) -> Receipt:
        return await self._revising(command, lambda present, new_id: with_trigger(present, command.trigger, new_id))

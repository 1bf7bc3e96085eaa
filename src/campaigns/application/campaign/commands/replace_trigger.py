"""Write one trigger of a campaign anew."""

from uuid import UUID

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.draft import TriggerDraft
from campaigns.domain.campaign.parts import with_trigger_replaced


class ReplaceTrigger(CampaignCommand, frozen=True, kw_only=True):
    trigger_id: UUID
    trigger: TriggerDraft


class ReplaceTriggerHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: ReplaceTrigger) -> Receipt:
        return await self._revising(
            command, lambda present, _: with_trigger_replaced(present, command.trigger_id, command.trigger)
        )

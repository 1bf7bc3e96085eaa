"""Declare a campaign finished."""

from uuid import UUID

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.values import Totals


class CompleteCampaign(CampaignCommand, frozen=True, kw_only=True):
    totals: Totals | None = None
    execution_id: UUID | None = None


class CompleteCampaignHandler:
    def __init__(self, campaigns: Campaigns, clock: Clock) -> None:
        self._campaigns = campaigns
        self._clock = clock

    async def __call__(self, command: CompleteCampaign) -> Receipt:
        campaign = await self._campaigns.get(command.campaign_id, command.caller, command.expected_version)
        events = campaign.complete(
            command.totals, command.execution_id, at=self._clock.now(), by=command.caller.principal
        )
        return await self._campaigns.record(campaign, events, command.caller)

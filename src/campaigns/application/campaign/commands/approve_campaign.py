"""Approve what was submitted; its authors cannot."""

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock


class ApproveCampaign(CampaignCommand, frozen=True, kw_only=True):
    pass


class ApproveCampaignHandler:
    def __init__(self, campaigns: Campaigns, clock: Clock) -> None:
        self._campaigns = campaigns
        self._clock = clock

    async def __call__(self, command: ApproveCampaign) -> Receipt:
        campaign = await self._campaigns.get(command.campaign_id, command.caller, command.expected_version)
        events = campaign.approve(at=self._clock.now(), by=command.caller.principal)
        return await self._campaigns.record(campaign, events, command.caller)

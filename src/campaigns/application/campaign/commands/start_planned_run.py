"""Answer for one planned instant: start its run, or let it go when it was missed for too long."""

from datetime import datetime

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.planned_starts import PlannedStarts
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.messages import Receipt


class StartPlannedRun(CampaignCommand, frozen=True, kw_only=True):
    planned_for: datetime


class StartPlannedRunHandler:
    def __init__(self, campaigns: Campaigns, starts: PlannedStarts) -> None:
        self._campaigns = campaigns
        self._starts = starts

    async def __call__(self, command: StartPlannedRun) -> Receipt:
        campaign = await self._campaigns.newest(command.campaign_id, command.caller)
        return await self._starts.answer(campaign, command.planned_for, command.caller)

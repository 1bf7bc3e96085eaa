"""Who did what to a campaign, and when."""

from collections.abc import Sequence

from campaigns.application.campaign.messages import CampaignQuery
from campaigns.application.campaign.ports import CampaignHistory, HistoryEntry


class HistoryOfCampaign(CampaignQuery, frozen=True, kw_only=True):
    """Also of a deleted campaign: what was done stays known."""


class HistoryOfCampaignHandler:
    def __init__(self, history: CampaignHistory) -> None:
        self._history = history

    async def __call__(self, query: HistoryOfCampaign) -> Sequence[HistoryEntry]:
        return await self._history.entries(query.campaign_id, query.caller)

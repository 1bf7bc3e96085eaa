"""What a campaign's triggers made of events, and why."""

from campaigns.application.shared.messages import Query
from campaigns.application.trigger.history import HistoryFilter, TriggerHistories, TriggerHistoryPage
from campaigns.domain.shared.ids import CampaignId


class TriggerHistory(Query, frozen=True, kw_only=True):
    campaign_id: CampaignId
    wanted: HistoryFilter
    limit: int
    cursor: str | None = None


class TriggerHistoryHandler:
    def __init__(self, histories: TriggerHistories) -> None:
        self._histories = histories

    async def __call__(self, query: TriggerHistory) -> TriggerHistoryPage:
        return await self._histories.page(
            query.campaign_id, query.wanted, query.caller, limit=query.limit, cursor=query.cursor
        )

"""The people of a run, each with where their message is."""

from campaigns.application.delivery.readings import DeliveryReadings, RecipientFilter, RecipientPage
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.ids import CampaignId


class ListRecipients(Query, frozen=True, kw_only=True):
    campaign_id: CampaignId
    wanted: RecipientFilter
    limit: int
    cursor: str | None = None


class ListRecipientsHandler:
    def __init__(self, readings: DeliveryReadings) -> None:
        self._readings = readings

    async def __call__(self, query: ListRecipients) -> RecipientPage:
        return await self._readings.recipients(
            query.caller.tenant_id, query.campaign_id, query.wanted, limit=query.limit, cursor=query.cursor
        )

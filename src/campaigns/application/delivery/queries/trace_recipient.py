"""Why one person got what they got, or did not."""

from campaigns.application.delivery.readings import DeliveryReadings, RecipientTrace
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.ids import CampaignId, ExecutionId


class TraceRecipient(Query, frozen=True, kw_only=True):
    campaign_id: CampaignId
    user_id: str
    execution_id: ExecutionId | None = None


class TraceRecipientHandler:
    def __init__(self, readings: DeliveryReadings) -> None:
        self._readings = readings

    async def __call__(self, query: TraceRecipient) -> RecipientTrace:
        return await self._readings.trace(query.caller.tenant_id, query.campaign_id, query.user_id, query.execution_id)

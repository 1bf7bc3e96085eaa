"""One run: its progress, and where everybody is."""

from campaigns.application.delivery.readings import DeliveryReadings, ExecutionView
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.ids import CampaignId, ExecutionId


class ShowExecution(Query, frozen=True, kw_only=True):
    campaign_id: CampaignId
    execution_id: ExecutionId


class ShowExecutionHandler:
    def __init__(self, readings: DeliveryReadings) -> None:
        self._readings = readings

    async def __call__(self, query: ShowExecution) -> ExecutionView:
        return await self._readings.execution(query.caller.tenant_id, query.campaign_id, query.execution_id)

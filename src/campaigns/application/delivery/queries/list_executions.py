"""The runs of a campaign."""

from collections.abc import Sequence

from campaigns.application.delivery.readings import DeliveryReadings, ExecutionView
from campaigns.application.delivery.running import KnownCampaigns
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.ids import CampaignId


class ListExecutions(Query, frozen=True, kw_only=True):
    campaign_id: CampaignId


class ListExecutionsHandler:
    def __init__(self, campaigns: KnownCampaigns, readings: DeliveryReadings) -> None:
        self._campaigns = campaigns
        self._readings = readings

    async def __call__(self, query: ListExecutions) -> Sequence[ExecutionView]:
        await self._campaigns.require(query.campaign_id, query.caller)
        return await self._readings.executions(query.caller.tenant_id, query.campaign_id)

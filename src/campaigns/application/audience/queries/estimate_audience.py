"""How many people a campaign would reach."""

from uuid import UUID

from campaigns.application.audience.ports import Estimate, Estimates, Orders
from campaigns.application.shared.messages import Query


class EstimateAudience(Query, frozen=True, kw_only=True):
    campaign_id: UUID


class EstimateAudienceHandler:
    def __init__(self, orders: Orders, estimates: Estimates) -> None:
        self._orders = orders
        self._estimates = estimates

    async def __call__(self, query: EstimateAudience) -> Estimate:
        return await self._estimates.estimate(await self._orders.of(query.campaign_id, query.caller))

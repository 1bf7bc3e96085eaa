"""Who would be in a test, counted by the context that will find them."""

from uuid import UUID

from campaigns.application.audience.ports import Estimates, Orders
from campaigns.application.campaign.experimenting.foretelling import ExpectedPeople
from campaigns.application.shared.context import Caller
from campaigns.domain.shared.skip_reasons import SkipReason


class EstimatedPeople:
    """`ExpectedPeopleOf`."""

    def __init__(self, orders: Orders, estimates: Estimates) -> None:
        self._orders = orders
        self._estimates = estimates

    async def expected(self, campaign_id: UUID, caller: Caller) -> ExpectedPeople:
        found = await self._estimates.estimate(await self._orders.of(campaign_id, caller))
        return ExpectedPeople(
            in_test=found.after_holdout if found.in_test is None else found.in_test,
            control=found.skipped.get(SkipReason.CONTROL.wire_name, 0),
            rest=found.rest or 0,
        )

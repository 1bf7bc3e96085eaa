"""People who meet criteria, or all of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from campaigns.application.audience.ports import PeopleSearch, StepCount
from campaigns.application.shared.messages import Query
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.criteria import Criteria, parse
from campaigns.domain.shared.filters import FilterChain


class FindPeople(Query, frozen=True, kw_only=True):
    """`criteria` as JSON. `limit` bounds the rows, not the count. `filters` are asked of the profiles alone."""

    criteria: dict[str, Any] | None = None
    dataset: str = "people"
    limit: int | None = None
    filters: FilterChain = FilterChain()


class Found(Struct, frozen=True, kw_only=True):
    """`batches` are read once; `steps` are what each filter removed and left."""

    count: int
    columns: Sequence[str]
    batches: AsyncIterator[Sequence[Mapping[str, Any]]]
    steps: Sequence[StepCount] = ()


class FindPeopleHandler:
    def __init__(self, search: PeopleSearch, clock: Clock) -> None:
        self._search = search
        self._clock = clock

    async def __call__(self, query: FindPeople) -> Found:
        """InvalidError for criteria that cannot be read."""
        criteria = None if query.criteria is None else parse(query.criteria, "/criteria")
        tenant_id, now = query.caller.tenant_id, self._clock.now()
        if query.filters.steps():
            return await self._filtered(query, criteria, now)
        return Found(
            count=await self._search.count(tenant_id, query.dataset, criteria, now),
            columns=self._search.columns(tenant_id, query.dataset),
            batches=self._search.rows(tenant_id, query.dataset, criteria, now, query.limit),
        )

    async def _filtered(self, query: FindPeople, criteria: Criteria | None, now: datetime) -> Found:
        tenant_id = query.caller.tenant_id
        found = await self._search.filtered(tenant_id, criteria, query.filters, now, query.limit)
        columns = self._search.columns(tenant_id, "people")
        return Found(count=found.steps[-1].left, columns=columns, batches=found.batches, steps=found.steps)

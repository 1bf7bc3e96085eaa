"""People by their attributes, wherever they are."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from campaigns.application.audience.gathering import Gathered
from campaigns.application.audience.ports import AudienceOrder, FilteredPeople
from campaigns.domain.audience.definition import AudienceDefinition
from campaigns.domain.audience.eligibility import Group
from campaigns.domain.shared.criteria import Criteria, parse
from campaigns.domain.shared.filters import FilterChain
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.audience.candidates import NOBODY, Candidates
from campaigns.infrastructure.audience.criteria_sql import CriteriaSql
from campaigns.infrastructure.audience.warehouses.ports import Warehouse

_ROWS = 5_000
_NO_CAMPAIGN = CampaignId(UUID(int=0))
_EVERYBODY = {"field": "user_id", "operator": "exists"}
Batch = Sequence[Mapping[str, Any]]


class _Asked(NamedTuple):
    """The clauses of one query."""

    chosen: str
    criteria: Criteria | None
    now: datetime
    ending: str = ""


class WarehousePeopleSearch:
    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def columns(self, tenant_id: TenantId, dataset: str) -> Sequence[str]:
        current = self._warehouse.table(tenant_id, dataset)
        return tuple(current.columns) if current else ()

    async def count(self, tenant_id: TenantId, dataset: str, criteria: Criteria | None, now: datetime) -> int:
        def counted() -> int:
            for rows in self._selected(_Asked("count(*) AS n", criteria, now), tenant_id, dataset):
                return int(rows[0]["n"])
            return 0

        return await asyncio.to_thread(counted)

    async def rows(
        self, tenant_id: TenantId, dataset: str, criteria: Criteria | None, now: datetime, limit: int | None
    ) -> AsyncIterator[Batch]:
        ending = " ORDER BY user_id" + ("" if limit is None else f" LIMIT {int(limit)}")
        batches = self._selected(_Asked("*", criteria, now, ending), tenant_id, dataset)
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            yield batch

    async def filtered(
        self, tenant_id: TenantId, criteria: Criteria | None, filters: FilterChain, now: datetime, limit: int | None
    ) -> FilteredPeople:
        definition = AudienceDefinition(filters=filters)
        order = AudienceOrder(
            tenant_id=tenant_id, campaign_id=_NO_CAMPAIGN, definition=definition, channels=(), now=now
        )
        meant = Group(criteria=(criteria or parse(_EVERYBODY),))
        gathered = Gathered(include=meant, exclude=Group(), pushed_down=(), remote=())
        candidates = await asyncio.to_thread(Candidates, self._warehouse, order, gathered, NOBODY)
        steps = await asyncio.to_thread(candidates.steps)
        return FilteredPeople(steps=steps, batches=_first(candidates, limit))

    def _selected(self, asked: _Asked, tenant_id: TenantId, dataset: str) -> Iterator[Batch]:
        current = self._warehouse.table(tenant_id, dataset)
        if current is None:
            return
        compiled = CriteriaSql(self._warehouse.dialect, current.columns, "p", asked.now, {})
        where = "" if asked.criteria is None else f" WHERE {compiled(asked.criteria)}"
        with self._warehouse.opened([current]) as session:
            query = f"SELECT {asked.chosen} FROM {current.relation} p{where}{asked.ending}"
            for batch in session.batches(query, compiled.bound, _ROWS):
                yield batch.to_pylist()


async def _first(candidates: Candidates, limit: int | None) -> AsyncIterator[Batch]:
    """Everybody, or the first so many, with all that is known of them."""
    batches, left = candidates.read(everything=True), limit
    while left != 0 and (batch := await asyncio.to_thread(next, batches, None)) is not None:
        some = batch if left is None else batch.slice(0, left)
        left = None if left is None else left - some.num_rows
        yield some.drop_columns(["standing"]).to_pylist()
    await asyncio.to_thread(batches.close)

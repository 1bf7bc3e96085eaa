"""People by their attributes, wherever they are."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from campaigns.domain.shared.criteria import Criteria
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.criteria_sql import CriteriaSql
from campaigns.infrastructure.audience.warehouses.ports import Warehouse

_ROWS = 5_000
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

"""People by their attributes, straight from the dataset."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from campaigns.domain.shared.criteria import Criteria
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.audience_sql import parquet
from campaigns.infrastructure.audience.criteria_sql import CriteriaSql
from campaigns.infrastructure.audience.datasets import Datasets
from campaigns.infrastructure.audience.engine import EngineLimits, engine

_ROWS = 5_000
Batch = Sequence[Mapping[str, Any]]


class _Asked(NamedTuple):
    """The clauses of one query."""

    chosen: str
    criteria: Criteria | None
    now: datetime
    ending: str = ""


class DuckDbPeopleSearch:
    def __init__(self, datasets: Datasets, limits: EngineLimits) -> None:
        self._datasets = datasets
        self._limits = limits

    def columns(self, tenant_id: TenantId, dataset: str) -> Sequence[str]:
        current = self._datasets.current(tenant_id, dataset)
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
        current = self._datasets.current(tenant_id, dataset)
        if current is None:
            return
        path = self._datasets.path(tenant_id, dataset, current)
        compiled = CriteriaSql(current.columns, "p", asked.now, {})
        where = "" if asked.criteria is None else f" WHERE {compiled(asked.criteria)}"
        with engine(self._limits, [path]) as connection:
            query = f"SELECT {asked.chosen} FROM {parquet(path)} p{where}{asked.ending}"
            for batch in connection.sql(query, params=compiled.bound).to_arrow_reader(_ROWS):
                yield batch.to_pylist()

"""Resolution: candidates are read in a thread of their own while earlier ones are decided and stored."""

import asyncio
from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pyarrow as pa

from campaigns.application.audience.gathering import gather
from campaigns.application.audience.ports import (
    AudienceOrder,
    RulesEngine,
    SegmentContents,
    StepCount,
    SuppressedPeople,
)
from campaigns.infrastructure.audience.candidates import Candidates
from campaigns.infrastructure.audience.datasets import Datasets
from campaigns.infrastructure.audience.deciding import Deciding
from campaigns.infrastructure.audience.engine import EngineLimits
from campaigns.infrastructure.audience.judging import Judging


class DuckDbResolution:
    """One audience being read; made by DuckDbAudiences."""

    def __init__(
        self, candidates: Candidates, judging: Judging, deciding: Deciding, reader: ThreadPoolExecutor
    ) -> None:
        self._candidates = candidates
        self._judging = judging
        self._deciding = deciding
        self._reader = reader

    @property
    def steps(self) -> tuple[StepCount, ...]:
        return self._candidates.counting.steps()

    async def batches(self) -> AsyncIterator[pa.RecordBatch]:
        loop = asyncio.get_running_loop()
        rows: Generator[pa.RecordBatch, None, None] = self._candidates.read()
        coming = loop.run_in_executor(self._reader, next, rows, None)
        try:
            while (batch := await coming) is not None:
                coming = loop.run_in_executor(self._reader, next, rows, None)
                kept = await self._judging(batch)
                if kept.num_rows:
                    yield await asyncio.to_thread(self._deciding, kept.column("user_id"), kept.column("standing"))
        finally:
            await asyncio.wait([coming])
            await loop.run_in_executor(self._reader, rows.close)


class DuckDbAudiences:
    """The AudienceResolver over Parquet files."""

    def __init__(
        self,
        datasets: Datasets,
        limits: EngineLimits,
        segments: SegmentContents,
        suppressions: SuppressedPeople,
        rules: RulesEngine,
    ) -> None:
        self._datasets = datasets
        self._limits = limits
        self._segments = segments
        self._suppressions = suppressions
        self._rules = rules

    @asynccontextmanager
    async def resolve(self, order: AudienceOrder) -> AsyncIterator[DuckDbResolution]:
        gathered = await gather(order, self._segments, self._rules)
        suppressed = await self._suppressions.table(order.tenant_id)
        candidates = Candidates(self._datasets, self._limits, order, gathered, suppressed)
        judging = Judging(order.tenant_id, gathered.remote, self._rules)
        with ThreadPoolExecutor(1, "audience") as reader:
            yield DuckDbResolution(candidates, judging, Deciding(order), reader)

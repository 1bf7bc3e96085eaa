"""Counting an audience: one query in place of a stream of people, unless rules must be asked person by person."""

import asyncio

from campaigns.application.audience.gathering import gather
from campaigns.application.audience.ports import AudienceOrder, AudienceResolver, RulesEngine, SegmentContents
from campaigns.infrastructure.audience.candidates import NOBODY, Candidates
from campaigns.infrastructure.audience.warehouses.ports import Warehouse


class WarehouseCounts:
    """`AudienceCounts`; within the same memory as resolution, however many people there are."""

    def __init__(
        self, resolver: AudienceResolver, segments: SegmentContents, rules: RulesEngine, warehouse: Warehouse
    ) -> None:
        self._resolver = resolver
        self._segments = segments
        self._rules = rules
        self._warehouse = warehouse

    async def count(self, order: AudienceOrder) -> int:
        gathered = await gather(order, self._segments, self._rules)
        if gathered.remote:
            return await self._counted_one_by_one(order)
        return await asyncio.to_thread(lambda: Candidates(self._warehouse, order, gathered, NOBODY).count())

    async def _counted_one_by_one(self, order: AudienceOrder) -> int:
        async with self._resolver.resolve(order) as resolution:
            return sum([batch.num_rows async for batch in resolution.batches()])

"""Resolution: candidates are read in a thread of their own while earlier ones are decided and stored."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager, closing
from copy import copy
from typing import NamedTuple

import pyarrow as pa
from msgspec.structs import replace

from campaigns.application.audience.gathering import gather
from campaigns.application.audience.ports import (
    AudienceOrder,
    Contacts,
    RecentContacts,
    RulesEngine,
    SegmentContents,
    StepCount,
    SuppressedPeople,
)
from campaigns.domain.audience.allocation import share
from campaigns.domain.audience.standing import CHANNEL_NUMBERS
from campaigns.infrastructure.audience.addressing import Addressing
from campaigns.infrastructure.audience.audience_sql import ZONE
from campaigns.infrastructure.audience.candidates import Candidates
from campaigns.infrastructure.audience.datasets import PEOPLE
from campaigns.infrastructure.audience.deciding import Deciding, withheld_from_all
from campaigns.infrastructure.audience.judging import Judging
from campaigns.infrastructure.audience.shared_addresses import Groups, SharedAddresses, shared_attributes
from campaigns.infrastructure.audience.strata import COLUMN as STRATUM
from campaigns.infrastructure.audience.strata import Drawing
from campaigns.infrastructure.audience.warehouses.ports import Warehouse


class WarehouseResolution:
    """One audience being read; made by WarehouseAudiences."""

    def __init__(
        self,
        *,
        candidates: Candidates,
        judging: Judging,
        contacts: Contacts | None,
        deciding: Deciding,
        addressing: Addressing,
        reader: ThreadPoolExecutor,
    ) -> None:
        self._candidates = candidates
        self._judging = judging
        self._contacts = contacts
        self._deciding = deciding
        self._addressing = addressing
        self._reader = reader

    async def steps(self) -> tuple[StepCount, ...]:
        return await asyncio.to_thread(self._candidates.steps)

    async def batches(self) -> AsyncGenerator[pa.RecordBatch, None]:
        loop = asyncio.get_running_loop()
        rows: Generator[pa.RecordBatch, None, None] = self._candidates.read()
        coming = loop.run_in_executor(self._reader, next, rows, None)
        try:
            while (batch := await coming) is not None:
                coming = loop.run_in_executor(self._reader, next, rows, None)
                kept = await self._judging(batch)
                if kept.num_rows:
                    yield await self._decided(kept)
        finally:
            await asyncio.wait([coming])
            await loop.run_in_executor(self._reader, rows.close)

    async def _decided(self, kept: pa.RecordBatch) -> pa.RecordBatch:
        user_ids, standing = kept.column("user_id"), kept.column("standing")
        if self._contacts:
            standing = withheld_from_all(standing, await self._contacts.capped(user_ids))
        decided = await asyncio.to_thread(lambda: self._addressing(self._deciding(user_ids, standing, kept)))
        return decided.append_column(ZONE, kept.column(ZONE)) if ZONE in kept.schema.names else decided


class _Ready(NamedTuple):
    """What was found before anybody is read; the candidates can be read once, their copies once each."""

    candidates: Candidates
    judging: Judging
    contacts: Contacts | None


def _undrawn(order: AudienceOrder) -> bool:
    return bool(order.holdout_strata) and order.drawn is None


class WarehouseAudiences:
    """The AudienceResolver, wherever the people are."""

    def __init__(
        self,
        warehouse: Warehouse,
        shared: SharedAddresses,
        segments: SegmentContents,
        suppressions: SuppressedPeople,
        rules: RulesEngine,
        *,
        contacts: RecentContacts,
    ) -> None:
        self._warehouse = warehouse
        self._shared = shared
        self._segments = segments
        self._suppressions = suppressions
        self._rules = rules
        self._contacts = contacts

    @asynccontextmanager
    async def resolve(self, order: AudienceOrder) -> AsyncIterator[WarehouseResolution]:
        ready = await self._ready(order)
        if _undrawn(order):
            order = await self._draw(order, ready)
        with (
            closing(await asyncio.to_thread(self._addressing, order)) as addressing,
            ThreadPoolExecutor(1, "audience") as reader,
        ):
            yield WarehouseResolution(**ready._asdict(), deciding=Deciding(order), addressing=addressing, reader=reader)

    async def drawn(self, order: AudienceOrder) -> AudienceOrder:
        return await self._draw(order, await self._ready(order)) if _undrawn(order) else order

    async def _ready(self, order: AudienceOrder) -> "_Ready":
        gathered = await gather(order, self._segments, self._rules)
        suppressed = await self._suppressions.table(order.tenant_id)
        caps = order.frequency_caps
        return _Ready(
            candidates=await asyncio.to_thread(Candidates, self._warehouse, order, gathered, suppressed),
            judging=Judging(order.tenant_id, gathered.remote, self._rules),
            contacts=await self._contacts.within(order.tenant_id, caps, order.now) if caps else None,
        )

    async def _draw(self, order: AudienceOrder, ready: "_Ready") -> AudienceOrder:
        """A first look at the same people: whoever is reached counts, also behind somebody with the same address."""
        drawing, deciding = Drawing(), Deciding(order)
        first = ready._replace(candidates=copy(ready.candidates))
        with ThreadPoolExecutor(1, "audience") as reader:
            everybody = WarehouseResolution(
                **first._asdict(), deciding=deciding, addressing=Addressing({}), reader=reader
            )
            async with aclosing(everybody.batches()) as batches:
                async for batch in batches:
                    drawing.add(batch.column(STRATUM), deciding.ranks(batch.column("user_id")))
        bounds = await asyncio.to_thread(drawing.bounds, share(order.holdout_percentage))
        return replace(order, drawn=bounds)

    def _addressing(self, order: AudienceOrder) -> Addressing:
        """Over the people as they are now; the first time after an import, those who share are found here."""
        people = self._warehouse.table(order.tenant_id, PEOPLE)
        if people is None:
            return Addressing({})
        attributes = shared_attributes(order, people)
        with self._shared.found(people, set(attributes.values())) as files:
            return Addressing(
                {CHANNEL_NUMBERS[channel]: Groups(files[attribute]) for channel, attribute in attributes.items()}
            )

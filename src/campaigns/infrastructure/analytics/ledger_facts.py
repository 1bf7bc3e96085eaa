"""Appends facts to the ledger: what comes while one append is being written goes together with the next."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from campaigns.application.analytics.ports import Fact
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.analytics.kinds import KIND_OF
from campaigns.infrastructure.postgres import arrays
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments

_NEXT_APPEND = "update ledger_head set append_no = append_no + 1 returning append_no"
# COPY does not work under row-level security.
_INSERT = """
    insert into message_facts (append_no, execution_no, seq, kind, at, source_event_id, detail)
    select %s, * from unnest(%b, %b, %b, %b, %b, %b)"""
_YEAR_2000 = 946_684_800
_LARGEST_GROUP = 20_000  # facts
_encode = msgspec.json.Encoder().encode


class LedgerFacts:
    """`Facts` in Postgres: one append number for each group, held until commit."""

    def __init__(self, database: Database, instruments: Instruments) -> None:
        self._database = database
        self._seconds = instruments.histogram(d.APPEND_SECONDS).labels("feedback")
        self._counts = instruments.counter(d.FACTS)
        self._waiting: list[tuple[Sequence[Fact], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def append(self, facts: Sequence[Fact]) -> None:
        if not facts:
            return
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((facts, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        await written

    async def _write_all(self) -> None:
        while self._waiting:
            group = self._next_group()
            try:
                await self._write([fact for facts, _ in group for fact in facts])
            except Exception as error:  # noqa: BLE001  every caller hears of it
                await self._one_by_one(group, error)
            else:
                _settle(group)

    def _next_group(self) -> list[tuple[Sequence[Fact], "asyncio.Future[None]"]]:
        size, count = 0, 0
        for facts, _ in self._waiting:
            if count and size + len(facts) > _LARGEST_GROUP:
                break
            size, count = size + len(facts), count + 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _one_by_one(self, group: list[tuple[Sequence[Fact], "asyncio.Future[None]"]], error: Exception) -> None:
        """One caller's facts must not cost the others theirs."""
        if len(group) == 1 or isinstance(error, DependencyDownError):
            return _settle(group, error)
        for each in group:
            try:
                await self._write(each[0])
            except Exception as its_own:  # noqa: BLE001
                _settle([each], its_own)
            else:
                _settle([each])
        return None

    async def _write(self, facts: Sequence[Fact]) -> None:
        with self._seconds.time():
            async with self._database.system() as connection:
                await append_facts(connection, facts)
        for name, count in Counter([fact.name for fact in facts]).items():
            self._counts.labels(name.value).inc(count)


async def append_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> int:
    """Append within the caller's transaction; the append number."""
    columns = _columns(facts)  # before the lock: every append of the installation waits for its holder
    row = await (await connection.execute(_NEXT_APPEND)).fetchone()
    append_no = int(row[0]) if row else 0
    await arrays.takes_arrays(connection.cursor()).execute(_INSERT, (append_no, *columns))
    await connection.execute("notify ledger")
    return append_no


def _columns(facts: Sequence[Fact]) -> list[Any]:
    return [
        arrays.integers([fact.execution_no for fact in facts]),
        arrays.integers([fact.seq for fact in facts]),
        arrays.smallints([KIND_OF[fact.name] for fact in facts]),
        arrays.instants([round((fact.at.timestamp() - _YEAR_2000) * 1e6) for fact in facts]),
        arrays.texts([fact.source_event_id.encode() for fact in facts]),
        arrays.documents([_encode(fact.detail) for fact in facts]),
    ]


def _settle(group: Sequence[tuple[Sequence[Fact], "asyncio.Future[None]"]], error: Exception | None = None) -> None:
    """Tell those who still wait; a caller may have gone away."""
    for _, written in group:
        if written.done():
            continue
        if error is None:
            written.set_result(None)
        else:
            written.set_exception(error)

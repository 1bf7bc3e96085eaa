"""Appends facts to the ledger: what comes while one append is being written goes together with the next."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from campaigns.application.analytics.ports import Fact
from campaigns.application.analytics.reporting import Refused
from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.audience.suppression import Suppression
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.analytics.copied_facts import DEFAULT, copied, months_of
from campaigns.infrastructure.analytics.suppressing import entry
from campaigns.infrastructure.audience.suppressions import hear_suppressions
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.inbox import newly
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments

# The news goes out with the commit. Whoever makes a month waits, or is waited for, before we look which there are.
_PREPARE = "notify ledger; lock table only message_facts in row exclusive mode"
_NEXT_APPEND = """
    update ledger_head set append_no = append_no + 1
    returning append_no, array(select month from unnest(%s::text[]) month where to_regclass(month) is not null)"""
# Not into the whole table: COPY does not work under row-level security.
_COPY = SQL("copy {} (append_no, execution_no, seq, kind, at, source_event_id, detail) from stdin (format binary)")
_LARGEST_GROUP = 20_000  # facts


class _Waiting(Struct, frozen=True):
    """What one caller gives; see `FeedbackLedger.take`."""

    facts: Sequence[Fact]
    refused: Sequence[Refused]
    consumed: Sequence[ConsumedEvent]
    written: "asyncio.Future[None]"


class LedgerFacts:
    """`Facts` and `FeedbackLedger` in Postgres: one append number for each group, held until commit."""

    def __init__(self, database: Database, instruments: Instruments) -> None:
        self._database = database
        self._seconds = instruments.histogram(d.APPEND_SECONDS).labels("feedback")
        self._counts = instruments.counter(d.FACTS)
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def append(self, facts: Sequence[Fact]) -> None:
        await self.take(facts, ())

    async def take(
        self, facts: Sequence[Fact], refused: Sequence[Refused], consumed: Sequence[ConsumedEvent] = ()
    ) -> None:
        if not facts:
            return
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(facts, refused, consumed, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        await written

    async def _write_all(self) -> None:
        while self._waiting:
            group = self._next_group()
            try:
                await self._write(group)
            except Exception as error:  # noqa: BLE001  every caller hears of it
                await self._one_by_one(group, error)
            else:
                _settle(group)

    def _next_group(self) -> list[_Waiting]:
        size, count = 0, 0
        for waiting in self._waiting:
            if count and size + len(waiting.facts) > _LARGEST_GROUP:
                break
            size, count = size + len(waiting.facts), count + 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _one_by_one(self, group: Sequence[_Waiting], error: Exception) -> None:
        """One caller's facts must not cost the others theirs."""
        if len(group) == 1 or isinstance(error, DependencyDownError):
            return _settle(group, error)
        for each in group:
            try:
                await self._write([each])
            except Exception as its_own:  # noqa: BLE001
                _settle([each], its_own)
            else:
                _settle([each])
        return None

    async def _write(self, group: Sequence[_Waiting]) -> None:
        with self._seconds.time():
            async with self._database.system() as connection:
                given = await _new(connection, group)
                await suppress(connection, [one for each in given for one in each.entries()])
                facts = [fact for each in given for fact in each.facts]
                if facts:
                    await append_facts(connection, facts)
        for name, count in Counter([fact.name for fact in facts]).items():
            self._counts.labels(name.value).inc(count)


class _Given(Struct, frozen=True):
    """What is new of what a caller gave."""

    facts: Sequence[Fact]
    refused: Sequence[tuple[Refused, Fact]]

    def entries(self) -> list[tuple[TenantId, Suppression]]:
        return [(one.owner.tenant_id, entry(one.owner, one.reason, fact.at)) for one, fact in self.refused]


async def _new(connection: AsyncConnection, group: Sequence[_Waiting]) -> list[_Given]:
    """Without the facts of events that had their effect before; the others are in the inbox from now on."""
    consumed = [event for each in group for event in each.consumed]
    new = await newly(connection, consumed) if consumed else set()
    found = list[_Given]()
    for each in group:
        found.append(_of_new(each, new) if each.consumed else _given(each, each.facts))
        new -= {event.key for event in each.consumed}  # whoever brings the same event after this brings nothing new
    return found


def _of_new(each: _Waiting, new: set[UUID]) -> _Given:
    facts = [fact for fact, event in zip(each.facts, each.consumed, strict=True) if event.key in new]
    return _given(each, facts, {number for number, event in enumerate(each.consumed) if event.key in new})


def _given(each: _Waiting, facts: Sequence[Fact], kept: set[int] | None = None) -> _Given:
    refused = [one for one in each.refused if kept is None or one.fact in kept]
    return _Given(facts, [(one, each.facts[one.fact]) for one in refused])


async def suppress(connection: AsyncConnection, entries: Sequence[tuple[TenantId, Suppression]]) -> None:
    """Within the caller's transaction; tenant by tenant in their order, so that nobody waits for each other."""
    by_tenant = defaultdict[TenantId, list[Suppression]](list)
    for tenant_id, listed in entries:
        by_tenant[tenant_id].append(listed)
    for tenant_id in sorted(by_tenant):
        await hear_suppressions(connection, tenant_id, by_tenant[tenant_id])


async def append_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> int:
    """Append within the caller's transaction; the append number."""
    months = months_of(facts)  # before there is a number: every append of the installation waits for its holder
    await connection.execute(_PREPARE)
    row = await (await connection.execute(_NEXT_APPEND, ([month.partition for month in months],))).fetchone()
    append_no, made = row or (0, ())
    parts = defaultdict[str, list[bytes]](list)
    for month in months:
        parts[month.partition if month.partition in made else DEFAULT] += month.rows
    for part, rows in parts.items():
        async with connection.cursor().copy(_COPY.format(Identifier(part))) as copying:
            await copying.write(copied(rows, append_no))
    return int(append_no)


def _settle(group: Sequence[_Waiting], error: Exception | None = None) -> None:
    """Tell those who still wait; a caller may have gone away."""
    for each in group:
        if each.written.done():
            continue
        if error is None:
            each.written.set_result(None)
        else:
            each.written.set_exception(error)

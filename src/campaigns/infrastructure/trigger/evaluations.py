"""Events that wait for their evaluation: some of one tenant at a time, in one transaction."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, LiteralString

from psycopg import AsyncConnection

from campaigns.application.trigger.ports import Book
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.trigger.deciding import Decision
from campaigns.domain.trigger.events import OutsideEvent
from campaigns.domain.trigger.frequency import Acting
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.trigger.books import FOLLOWER
from campaigns.infrastructure.trigger.reading_books import TriggerBookReader
from campaigns.infrastructure.trigger.recording_decisions import record_decisions

_AT_ONCE = 5_000
_TENANTS: LiteralString = """
with recursive waiting as (
  (select tenant_id from events_to_evaluate order by tenant_id limit 1)
  union all
  select (select e.tenant_id from events_to_evaluate e where e.tenant_id > w.tenant_id order by e.tenant_id limit 1)
    from waiting w where w.tenant_id is not null
)
select tenant_id from waiting where tenant_id is not null"""
# One at a time for each tenant, so that frequency limits are exact; whoever comes second finds nothing to do.
_ALONE: LiteralString = "select pg_try_advisory_xact_lock(hashtextextended('triggers of ' || %s, 0))"
_POSITION: LiteralString = "select coalesce((select position from followers where name = %s), 0)"
_CLAIM: LiteralString = """
with claimed as (
  delete from events_to_evaluate q using (
    select tenant_id, event_no from events_to_evaluate
     where tenant_id = %(tenant)s and log_position <= %(position)s order by event_no limit %(limit)s) next
   where q.tenant_id = next.tenant_id and q.event_no = next.event_no
  returning q.event_no, q.repeated
)
select e.event_no, e.event_id, e.event_type, e.user_id, e.at, e.data, c.repeated
  from claimed c join outside_events e on e.event_no = c.event_no order by e.event_no"""
_COUNTED: LiteralString = """
select d.trigger_id, d.user_id, d.due_at
  from unnest(%(triggers)s::uuid[], %(people)s::text[]) as asked (trigger_id, user_id)
  join trigger_decisions d on d.trigger_id = asked.trigger_id and d.user_id = asked.user_id
 where d.due_at > %(since)s and d.due_at is not null order by d.due_at"""
_EVALUATED: LiteralString = """
insert into trigger_evaluations (tenant_id, event_type, at, log_position, first_event, last_event, event_nos)
values (%s, %s, %s, %s, %s, %s, %s)"""


class PostgresEvaluation:
    """One tenant's next events, within the transaction that takes them out of the line."""

    def __init__(
        self, connection: AsyncConnection, tenant_id: TenantId, position: int, book: Book, rows: Sequence[Any]
    ) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._position = position
        self.book = book
        self.events = [OutsideEvent(*row[:6]) for row in rows]
        self.repeated = frozenset(row[0] for row in rows if row[6])

    async def counted(self, acting: Sequence[Acting], since: datetime) -> dict[Acting, list[datetime]]:
        triggers, people = zip(*acting, strict=True)
        asked = {"triggers": list(triggers), "people": list(people), "since": since}
        found: dict[Acting, list[datetime]] = defaultdict(list)
        for trigger_id, user_id, due_at in await (await self._connection.execute(_COUNTED, asked)).fetchall():
            found[trigger_id, user_id].append(due_at)
        return found

    async def record(self, decisions: Sequence[Decision], now: datetime) -> None:
        by_type: dict[str, list[int]] = defaultdict(list)
        for event in self.events:
            if event.event_type in self.book.event_types and event.event_no not in self.repeated:
                by_type[event.event_type].append(event.event_no)
        rows = [
            (self._tenant_id, name, now, self._position, numbers[0], numbers[-1], numbers)
            for name, numbers in sorted(by_type.items())
        ]
        async with self._connection.cursor() as cursor:
            await cursor.executemany(_EVALUATED, rows)
        again = [one for one in decisions if one.outcome is Outcome.ALREADY_TRIGGERED]
        first = [one for one in decisions if one.outcome is not Outcome.ALREADY_TRIGGERED]
        await record_decisions(self._connection, self._tenant_id, first, again, now)


class PostgresEvaluations:
    """`Evaluations`."""

    def __init__(self, database: Database, books: TriggerBookReader) -> None:
        self._database = database
        self._books = books

    async def tenants(self) -> Sequence[TenantId]:
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(_TENANTS)).fetchall()
        return [TenantId(row[0]) for row in rows]

    @asynccontextmanager
    async def open(self, tenant_id: TenantId) -> AsyncIterator[PostgresEvaluation | None]:
        async with self._database.system() as connection:
            if not await _value(connection, _ALONE, tenant_id):
                yield None
                return
            position = int(await _value(connection, _POSITION, FOLLOWER))
            asked = {"tenant": tenant_id, "position": position, "limit": _AT_ONCE}
            rows = await (await connection.execute(_CLAIM, asked)).fetchall()
            if not rows:
                yield None
                return
            book = await self._books.as_of(connection, tenant_id, position)
            yield PostgresEvaluation(connection, tenant_id, position, book, rows)


async def _value(connection: AsyncConnection, statement: LiteralString, asked: object) -> Any:
    row = await (await connection.execute(statement, (asked,))).fetchone()
    return row[0] if row else None

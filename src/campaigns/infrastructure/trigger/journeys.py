"""Tells triggers what people did with messages, and what they did not do for some days."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any, LiteralString

import structlog
from psycopg import AsyncConnection

from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock, Pulse
from campaigns.application.trigger.ports import OutsideEvents, ReportedEvent
from campaigns.domain.analytics.engagement import CLICKED, OPENED, by_people, first_time
from campaigns.domain.analytics.scanning import Trace
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.nats.followed import move_position
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.trigger.engaged_messages import Key, Message, known_of, owned
from campaigns.infrastructure.trigger.followed_steps import Silence, followed_steps
from campaigns.infrastructure.trigger.settled_heads import Head, SettledHeads, glance

log = structlog.get_logger(__name__)
FOLLOWER = "journeys"
_POLL = 1.0
_APPENDS, _SENT_APPENDS = 2_000, 50
_STEPS = ((Trace.OPEN, OPENED), (Trace.CLICK, CLICKED))

_POSITION: LiteralString = "select position from ledger_followers where name = %s for update"
_BEGIN: LiteralString = "insert into ledger_followers (name, position) values (%s, %s) on conflict do nothing"
_TOUCHED: LiteralString = """
select distinct f.execution_no, f.seq from message_facts f join executions e on e.execution_no = f.execution_no
 where f.append_no > %s and f.append_no <= %s and f.kind in (20, 21) and e.tenant_id = any(%s)"""
_OTHERS: LiteralString = """
delete from ledger_followers where name like 'journeys:%%' and not name = any(%s)"""
_SENT_BEFORE: LiteralString = """
select coalesce(least((select min(append_no) from message_ranges where at > %(due)s),
                      (select min(append_no) from message_facts where at > %(due)s and kind = 1)) - 1,
                (select append_no from ledger_head))"""
_DUE_UP_TO: LiteralString = """
select least(%(after)s + %(most)s, (select append_no from ledger_head),
  (select min(append_no) - 1 from message_ranges
    where append_no > %(after)s and append_no <= %(after)s + %(most)s and at > %(due)s),
  (select min(append_no) - 1 from message_facts
    where append_no > %(after)s and append_no <= %(after)s + %(most)s and at > %(due)s and kind = 1))"""
_SENT: LiteralString = """
with sent as (
  select execution_no, generate_series(seq_from, seq_to) as seq, at from message_ranges
   where append_no > %(after)s and append_no <= %(up_to)s and kind = 1
  union all
  select execution_no, seq, at from message_facts where append_no > %(after)s and append_no <= %(up_to)s and kind = 1)
select s.execution_no, s.seq, min(s.at) from sent s join executions e on e.execution_no = s.execution_no
 where e.campaign_id = any(%(campaigns)s) and e.archived_at is null group by 1, 2"""


class Journeys:
    """A Runnable; two do what one does. Killed at any moment, it tells the same events again: they count once."""

    def __init__(self, database: Database, events: OutsideEvents, clock: Clock, pulse: Pulse) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._pulse = pulse
        self._heads = SettledHeads()

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            told = 0
            try:
                told = await self.step()
            except DependencyDownError as down:
                log.warning("journeys wait", dependency=down.name)
            except Exception:  # the scheduler's other work goes on
                log.exception("journeys_failed")
            if not told:
                await self._pulse.rest(_POLL, stopping)

    async def step(self) -> int:
        """How many events were told."""
        async with self._database.system() as connection:
            seen = await glance(connection, FOLLOWER, self._clock.now())
            steps = await followed_steps(connection)  # after the glance: at least as new as the books were then
            names = [_name(days) for days in steps.unopened]
            await connection.execute(_OTHERS, (names,))
        settled, told = self._heads.after(seen), 0
        if settled is None:
            return 0
        if settled.ledger > seen.position:
            told += await self._engaged(steps.tenants, settled)
        for days, silence in steps.unopened.items():
            told += await self._unopened(days, silence, settled)
        return told

    async def _engaged(self, tenants: Collection[TenantId], settled: Head) -> int:
        """What was done since, once it has settled."""
        async with self._database.system() as connection:
            after = await _position(connection, FOLLOWER)
            if after is None:
                after = await _begun(connection, FOLLOWER, 0)
            up_to = min(settled.ledger, after + _APPENDS) if tenants else settled.ledger
            if up_to <= after:
                return 0
            keys: list[Key] = []
            if tenants:
                keys = await (await connection.execute(_TOUCHED, (after, up_to, list(tenants)))).fetchall()
            told = await self._tell(await _taken(connection, keys, after))
            await move_position(connection, FOLLOWER, up_to)
        return told

    async def _unopened(self, days: int, silence: Silence, settled: Head) -> int:
        wait = timedelta(days=days)
        due = settled.at - wait
        async with self._database.system() as connection:
            after = await _position(connection, _name(days))
            if after is None:
                due_before = (silence.since or settled.at) - wait
                after = await _begun(connection, _name(days), await _number(connection, _SENT_BEFORE, due=due_before))
            up_to = await _number(connection, _DUE_UP_TO, after=after, most=_SENT_APPENDS, due=due)
            if up_to <= after:
                return 0
            asked = {"after": after, "up_to": up_to, "campaigns": list(silence.campaigns)}
            sent = await (await connection.execute(_SENT, asked)).fetchall()
            waited = {(number, seq): at + wait for number, seq, at in sent}
            event_type = f"campaign.message.not_opened_after_{days}_days"
            ignored = await _ignored(connection, list(waited))
            await self._tell((m, m.event(event_type, waited[m.execution_no, m.seq])) for m in ignored)
            await move_position(connection, _name(days), up_to)
        return up_to - after

    async def _tell(self, told: Iterable[tuple[Message, ReportedEvent]]) -> int:
        by_tenant: dict[str, list[ReportedEvent]] = defaultdict(list)
        for message, event in told:
            by_tenant[message.tenant_id].append(event)
        for tenant_id, events in by_tenant.items():
            await self._events.add(TenantId(tenant_id), events, self._clock.now())
        return sum(map(len, by_tenant.values()))


async def _taken(connection: AsyncConnection, keys: Sequence[Key], after: int) -> list[tuple[Message, ReportedEvent]]:
    """Steps that people took for the first time beyond `after`."""
    known = await known_of(connection, keys)
    found = []
    for message in await owned(connection, keys):
        of_message = known[message.execution_no, message.seq]
        people = by_people(of_message.touches, of_message.arrived_at)
        for trace, event_type in _STEPS:
            step = first_time(people, trace, after)
            if step is not None:
                found.append((message, message.event(event_type, step.at, link=step.target)))
    return found


async def _ignored(connection: AsyncConnection, keys: Sequence[Key]) -> list[Message]:
    """Messages that arrived, as far as is known, and that nobody opened or answered with a refusal."""
    known = await known_of(connection, keys)
    silent = [key for key in keys if not known[key].lost and not by_people(known[key].touches, known[key].arrived_at)]
    return await owned(connection, silent)


async def _position(connection: AsyncConnection, name: str) -> int | None:
    """Locked; None for a step that is new."""
    row = await (await connection.execute(_POSITION, (name,))).fetchone()
    return int(row[0]) if row else None


async def _begun(connection: AsyncConnection, name: str, first: int) -> int:
    """Where it begins, unless another process was quicker: then where that has come to."""
    await connection.execute(_BEGIN, (name, first))
    return await _position(connection, name) or 0


async def _number(connection: AsyncConnection, statement: LiteralString, **values: Any) -> int:
    row = await (await connection.execute(statement, values)).fetchone()
    return int(row[0]) if row else 0


def _name(days: int) -> str:
    return f"{FOLLOWER}:{days}"

"""What waits and who is behind, read from Postgres without looking at the ledger itself."""

from typing import Any, LiteralString

from msgspec import Struct
from psycopg import AsyncConnection

# Open batches alone, by their partial indexes; the lateral keeps the planner from walking all batches there ever were.
_QUEUE: LiteralString = """
select case when b.state = 'sending' then 'sending'
            when e.status = 'running' and greatest(b.release_at, e.held_until) <= now()
                 and not (e.rest_held and b.seq_from >= 1073741824) then 'released'
            else 'waiting' end as state,
       count(*), sum(b.seq_to - b.intended_to)::bigint, sum(b.deferred)::bigint,
       sum(b.intended_to - b.seq_from + 1 - b.sent - b.failed - b.skipped - b.uncertain - b.deferred)::bigint,
       coalesce(extract(epoch from now() - min(b.release_at)), 0)::float8
  from (select * from batches where state = 'waiting' union all select * from batches where state = 'sending') b
  join executions e on e.execution_no = b.execution_no
 group by 1"""
_UNCERTAIN: LiteralString = "select coalesce(sum(uncertain), 0)::bigint from batches where uncertain > 0"
_OPEN: LiteralString = """
select status, count(*), count(waiting_for) filter (where held_until > now() or canary_to is not null) from executions
 where status in ('pending', 'running', 'paused') group by status"""
_LIVE: LiteralString = """
select status, count(*) from campaign_listing
 where not deleted and status in ('scheduled', 'active', 'running', 'paused') group by status"""
_CONVERSIONS: LiteralString = "select count(*) from conversions where attributed_at is null"
_ENDED: LiteralString = """
select execution_id::text, kind, status, extract(epoch from finished_at - coalesce(started_at, finished_at))::float8
  from executions where finished_at > now() - interval '1 minute'"""
_UNARCHIVED: LiteralString = """
select coalesce(extract(epoch from now() - min(finished_at)), 0)::float8 from executions
 where finished_at is not null and archived_at is null and execution_no is not null"""
_ENDS: LiteralString = "select (select position from feed_head), (select append_no from ledger_head)"
_FOLLOWERS: LiteralString = """
select 'events', name, position from followers
union all
select 'ledger', case when name like 'metrics:%' then 'metrics' else name end, position from ledger_followers
 where name !~ '^(journeys|metrics):' or name = (select 'metrics:' || active from metric_generations)"""


class Queue(Struct, frozen=True):
    """Batches and messages by state; `oldest_released` in seconds."""

    batches: dict[str, int]
    messages: dict[str, int]
    oldest_released: float


class Ended(Struct, frozen=True):
    """An execution that ended within the last minute."""

    execution_id: str
    kind: str
    status: str
    seconds: float


class Follows(Struct, frozen=True):
    """Where a follower of the log `events` or `ledger` stands."""

    log: str
    name: str
    position: int


class State(Struct, frozen=True):
    """One look at everything."""

    queue: Queue
    open_executions: dict[str, int]
    held_up: int
    live_campaigns: dict[str, int]
    conversions_waiting: int
    ends: dict[str, int]
    followers: tuple[Follows, ...]
    ended: tuple[Ended, ...]


async def read_unarchived_age(connection: AsyncConnection) -> float:
    """Seconds since the end of the oldest execution still in the ledger. Looks at every execution: now and then."""
    return float((await _rows(connection, _UNARCHIVED))[0][0])


async def read_state(connection: AsyncConnection) -> State:
    """In the caller's transaction, as the system."""
    opened = await _rows(connection, _OPEN)
    events, ledger = (await _rows(connection, _ENDS))[0]
    return State(
        queue=await _queue(connection),
        open_executions={status: count for status, count, _ in opened},
        held_up=sum(held for _, _, held in opened),
        live_campaigns=dict(await _rows(connection, _LIVE)),
        conversions_waiting=(await _rows(connection, _CONVERSIONS))[0][0],
        ends={"events": events, "ledger": ledger},
        followers=tuple(Follows(*row) for row in await _rows(connection, _FOLLOWERS)),
        ended=tuple(Ended(*row) for row in await _rows(connection, _ENDED)),
    )


async def _queue(connection: AsyncConnection) -> Queue:
    batches, messages = dict[str, int](), {"deferred": 0, "sending": 0}
    oldest = 0.0
    for state, count, untouched, deferred, sending, age in await _rows(connection, _QUEUE):
        batches[state] = count
        messages["deferred"] += deferred
        messages["sending"] += sending
        state_of_untouched = "released" if state == "sending" else state
        messages[state_of_untouched] = messages.get(state_of_untouched, 0) + untouched
        oldest = age if state == "released" else oldest
    (messages["uncertain"],) = (await _rows(connection, _UNCERTAIN))[0]
    return Queue(batches, messages, oldest)


async def _rows(connection: AsyncConnection, statement: LiteralString) -> list[tuple[Any, ...]]:
    return await (await connection.execute(statement, binary=True)).fetchall()

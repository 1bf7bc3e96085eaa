"""New release times for what still waits, and opening batches again for their uncertain messages."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import LiteralString
from zoneinfo import ZoneInfo

import msgspec
from psycopg import AsyncConnection

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.local_hours import LocalHour, Stretch
from campaigns.domain.delivery.local_pacing import Queue, release_queues
from campaigns.domain.delivery.pacing import Release, batch_size, lateness, release_times
from campaigns.domain.shared.ids import ExecutionId
from campaigns.infrastructure.delivery.cutting import cut_batches

_LONGEST_LIMIT = timedelta(days=1, hours=1)

_EXECUTION: LiteralString = """
select execution_no, brief, stretches from executions where execution_id = %s and status = 'running' for update"""

_LATENESS: LiteralString = "update executions set lateness = %s where execution_no = %s"

_WAITING: LiteralString = """
select b.batch_no, b.seq_to - b.intended_to + b.deferred, b.seq_to from batches b join executions e using (execution_no)
 where b.execution_no = %(no)s and b.state = 'waiting' and not b.resend
   and b.batch_no <= coalesce(e.canary_to, b.batch_no) and not (e.rest_held and b.seq_from >= 1073741824)
 order by b.batch_no for update of b"""

_EARLIER: LiteralString = """
select claimed_at, case when state = 'sending' then seq_to else intended_to end - seq_from + 1 from batches
 where execution_no = %s and claimed_at >= %s order by claimed_at"""

_MOVE: LiteralString = """
update batches b set release_at = moved.release_at
  from unnest(%s::integer[], %s::timestamptz[]) as moved (batch_no, release_at)
 where b.execution_no = %s and b.batch_no = moved.batch_no"""


async def pace_again(connection: AsyncConnection, execution_id: ExecutionId, now: datetime) -> int:
    """Release what waits as if it began now, after what has left in the last day; what is held back waits on."""
    found = await (await connection.execute(_EXECUTION, (execution_id,))).fetchone()
    if found is None:
        return 0
    execution_no, brief = found[0], msgspec.convert(found[1], Brief)
    await connection.execute(_LATENESS, (lateness(brief.throttle), execution_no))
    await cut_batches(connection, execution_no, batch_size(brief.throttle))
    waiting = await (await connection.execute(_WAITING, {"no": execution_no})).fetchall()
    earlier = await (await connection.execute(_EARLIER, (execution_no, now - _LONGEST_LIMIT))).fetchall()
    stretches = msgspec.convert(found[2], tuple[Stretch, ...])
    times = _times(waiting, [Release(at, count) for at, count in earlier], brief, stretches, now)
    await connection.execute(_MOVE, ([number for number, *_ in waiting], times, execution_no))
    return len(waiting)


def _times(
    waiting: Sequence[Sequence[int]],
    earlier: Sequence[Release],
    brief: Brief,
    stretches: Sequence[Stretch],
    now: datetime,
) -> list[datetime]:
    """Of (number, size, last message) of each batch."""
    if brief.local_hour is None:
        return release_times([size for _, size, _ in waiting], brief.throttle, brief.hours(), now, earlier)
    last = [stretch.seq_to for stretch in stretches]
    lines: list[list[int]] = [[] for _ in stretches]
    for place, (_, _, seq_to) in enumerate(waiting):
        lines[bisect_left(last, seq_to)].append(place)
    queues = [
        Queue(
            sizes=[waiting[place][1] for place in line],
            hours=brief.hours_in(stretch.zone),
            not_before=max(now, _hour_again(brief.local_hour, stretch, now)),
        )
        for line, stretch in zip(lines, stretches, strict=True)
    ]
    released = release_queues(queues, brief.throttle, earlier)
    times = {place: at for line, ats in zip(lines, released, strict=True) for place, at in zip(line, ats, strict=True)}
    return [times[place] for place in range(len(waiting))]


def _hour_again(hour: LocalHour, stretch: Stretch, now: datetime) -> datetime:
    """Who missed the hour while nothing could leave gets it the next day: they are in the plan."""
    if now <= stretch.not_before + hour.lateness:
        return stretch.not_before
    return hour.next_release(ZoneInfo(stretch.zone), now)


_OPEN: LiteralString = "update executions set resending = true where execution_no = %s and archived_at is null"
_RESEND: LiteralString = """
update batches set state = 'waiting', resend = true, release_at = now()
 where execution_no = %s and uncertain > 0 and state in ('done', 'waiting')
returning uncertain"""


async def request_resend(connection: AsyncConnection, execution_no: int) -> int:
    """Open the batches that hold uncertain messages; returns how many messages these are."""
    opened = await connection.execute(_OPEN, (execution_no,))
    if opened.rowcount == 0:  # archived: who was uncertain stays so
        return 0
    rows = await (await connection.execute(_RESEND, (execution_no,))).fetchall()
    return sum(row[0] for row in rows)

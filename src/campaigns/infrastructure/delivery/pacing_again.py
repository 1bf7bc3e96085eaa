"""New release times for what still waits, and opening batches again for their uncertain messages."""

from datetime import datetime, timedelta
from typing import LiteralString

import msgspec
from psycopg import AsyncConnection

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.pacing import Release, batch_size, lateness, release_times
from campaigns.domain.shared.ids import ExecutionId
from campaigns.infrastructure.delivery.cutting import cut_batches

_LONGEST_LIMIT = timedelta(days=1, hours=1)

_EXECUTION: LiteralString = """
select execution_no, brief from executions where execution_id = %s and status = 'running' for update"""

_LATENESS: LiteralString = "update executions set lateness = %s where execution_no = %s"

_WAITING: LiteralString = """
select b.batch_no, b.seq_to - b.intended_to + b.deferred from batches b join executions e using (execution_no)
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
    times = release_times(
        [size for _, size in waiting],
        brief.throttle,
        brief.hours(),
        now,
        [Release(at, count) for at, count in earlier],
    )
    await connection.execute(_MOVE, ([number for number, _ in waiting], times, execution_no))
    return len(waiting)


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

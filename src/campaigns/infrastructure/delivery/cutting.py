"""Batches that have become too large for a tighter throttle, cut into smaller ones."""

from typing import LiteralString

from psycopg import AsyncConnection

# What was never handed over of batches that are too large. A canary is left as it is: its batches have their numbers.
_TOO_LARGE: LiteralString = """
select b.batch_no, b.intended_to + 1, b.seq_to
  from batches b join executions e on e.execution_no = b.execution_no
 where b.execution_no = %s and b.state = 'waiting' and not b.resend and e.canary_to is null
   and b.seq_to - b.intended_to > %s
 order by b.seq_from for update of b"""

_LAST: LiteralString = "select max(batch_no) from batches where execution_no = %s"

_DROP: LiteralString = """
delete from batches where execution_no = %s and batch_no = any(%s) and intended_to < seq_from"""

_SHORTEN: LiteralString = """
update batches
   set seq_to = intended_to,
       state = case when deferred = 0 and sent + failed + skipped + uncertain = intended_to - seq_from + 1
                    then 'done' else state end
 where execution_no = %s and batch_no = any(%s)"""

_ADD: LiteralString = """
insert into batches (tenant_id, execution_no, batch_no, seq_from, seq_to, release_at, intended_to)
select e.tenant_id, e.execution_no, last.batch_no + piece.no, piece.seq_from, piece.seq_to, now(),
       piece.seq_from - 1
  from unnest(%(seqs_from)s::integer[], %(seqs_to)s::integer[]) with ordinality as piece (seq_from, seq_to, no),
       executions e, (select %(last)s::integer as batch_no) last
 where e.execution_no = %(no)s"""


async def cut_batches(connection: AsyncConnection, execution_no: int, each: int) -> None:
    """See to it that no waiting batch has more than `each` that were never handed over. Within a transaction."""
    found = await (await connection.execute(_TOO_LARGE, (execution_no, each))).fetchall()
    if not found:
        return
    pieces = [(first, min(first + each - 1, end)) for _, begin, end in found for first in range(begin, end + 1, each)]
    added = {
        "no": execution_no,
        "seqs_from": [first for first, _ in pieces],
        "seqs_to": [last for _, last in pieces],
    }
    row = await (await connection.execute(_LAST, (execution_no,))).fetchone()
    numbers = (execution_no, [row[0] for row in found])
    await connection.execute(_DROP, numbers)
    await connection.execute(_SHORTEN, numbers)
    await connection.execute(_ADD, added | {"last": row[0] if row else 0})

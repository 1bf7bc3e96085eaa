"""What the ledger holds about the hits of some messages, up to an append."""

from collections.abc import Sequence

import numpy as np
from psycopg import AsyncConnection

from campaigns.infrastructure.analytics.metrics.slices import FactRow
from campaigns.infrastructure.analytics.metrics.touches import Numbers

_FACTS = """
    select f.append_no, f.execution_no, f.seq, f.kind, timestamptz_send(f.at), f.source_event_id, f.detail::text
      from unnest(%(e)s::integer[], %(s)s::integer[]) as asked (e, s)
      join message_facts f on f.execution_no = asked.e and f.seq = asked.s and f.kind = any(%(kinds)s)
     where f.append_no <= %(up_to)s"""
_SENT = """
    select r.append_no, asked.e, asked.s, 1, timestamptz_send(r.at), null, null
      from unnest(%(e)s::integer[], %(s)s::integer[]) as asked (e, s)
     cross join lateral (select append_no, seq_to, at from message_ranges
                          where execution_no = asked.e and seq_from <= asked.s order by seq_from desc limit 1) r
     where r.seq_to >= asked.s and r.append_no <= %(up_to)s"""
_CHANNELS = """
    select coalesce((select (f.detail->>'channel')::smallint from message_facts f
                      where f.execution_no = asked.e and f.seq = asked.s and f.kind = 9 and f.detail ? 'channel'
                        and f.append_no <= asked.a order by f.append_no desc limit 1), m.channel, -1::smallint)
      from unnest(%s::bigint[], %s::integer[], %s::integer[]) with ordinality as asked (a, e, s, number)
      left join lateral message_at(asked.e, asked.s) m on true order by asked.number"""


async def history(
    connection: AsyncConnection, messages: Sequence[tuple[int, int]], kinds: Sequence[int], up_to: int
) -> list[FactRow]:
    """Facts of these kinds about these messages (execution_no, seq), and with SENT the stretches they were sent in."""
    if not messages:
        return []
    asked = {"e": [e for e, _ in messages], "s": [s for _, s in messages], "kinds": list(kinds), "up_to": up_to}
    statement = f"{_FACTS} union all {_SENT}" if 1 in kinds else _FACTS
    rows = await (await connection.execute(statement.encode(), asked, binary=True)).fetchall()
    return [FactRow(*row) for row in rows]


async def channels_then(
    connection: AsyncConnection, appends: Numbers, executions: Numbers, seqs: Numbers
) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """The channel that each message had after an append."""
    cursor = await connection.execute(_CHANNELS, (appends.tolist(), executions.tolist(), seqs.tolist()))
    return np.array([row[0] for row in await cursor.fetchall()], np.int16)

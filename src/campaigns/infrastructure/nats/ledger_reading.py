"""Reading the ledger for its news, append by append, with what plan and execution know."""

from collections.abc import Iterator, Sequence

from psycopg import AsyncConnection

from campaigns.infrastructure.nats.cloud_events import CloudEvent
from campaigns.infrastructure.nats.message_news import LedgerLine, message_news

# As many appends as hold about so many words; an append is never torn apart.
_WORDS = 5_000
_REACH = b"""
  select max(append_no) from (
    select append_no, sum(words) over (order by append_no) - words as before from (
      select append_no, sum(words) as words from (
        select append_no, 1 as words from message_facts where append_no > %(after)s and append_no <= %(after)s + 2000
        union all
        select append_no, seq_to - seq_from + 1 from message_ranges
         where append_no > %(after)s and append_no <= %(after)s + 2000
      ) each group by append_no) appends) summed
   where before < %(words)s"""
_HEAD = b"select least(append_no, %(after)s + 2000) from ledger_head"
# A fact of the same append overrides the range it lies in: that message was not simply sent.
_LINES = b"""
  select said.append_no, said.execution_no, said.seq, said.kind, said.at, said.detail,
         said.user_id, said.variant, said.channel, e.tenant_id, e.campaign_id, e.execution_id
    from (
      select f.append_no, f.execution_no, f.seq, f.kind::int, f.at, f.detail, f.source_event_id,
             m.user_id, m.variant, m.channel
        from message_facts f cross join lateral message_at(f.execution_no, f.seq) m
       where f.append_no > %(after)s and f.append_no <= %(to)s
      union all
      select r.append_no, r.execution_no, p.seq, r.kind::int, r.at, null, null, p.user_id, p.variant, p.channel
        from message_ranges r
        join messages p on p.execution_no = r.execution_no and p.page between r.seq_from >> 6 and r.seq_to >> 6
                       and p.seq between r.seq_from and r.seq_to
       where r.append_no > %(after)s and r.append_no <= %(to)s
         and not exists (select from message_facts f where f.append_no = r.append_no and f.execution_no = r.execution_no
                            and f.seq = p.seq and f.kind in (1, 2, 3, 4, 5, 8, 9, 10, 11))
    ) said
    join executions e on e.execution_no = said.execution_no
   order by said.append_no, said.execution_no, said.seq, said.kind, said.at, said.source_event_id, said.detail::text"""


async def next_news(connection: AsyncConnection, after: int) -> tuple[int, list[CloudEvent]]:
    """The next appends' events and the number of the last append; (after, []) when there is nothing new."""
    head = await _one(connection, _HEAD, {"after": after})
    if head is None or head <= after:
        return after, []
    reach = await _one(connection, _REACH, {"after": after, "words": _WORDS})
    up_to = head if reach is None else reach
    cursor = await connection.execute(_LINES, {"after": after, "to": up_to}, binary=True)
    return up_to, list(_events([LedgerLine(*row) for row in await cursor.fetchall()]))


def _events(lines: Sequence[LedgerLine]) -> Iterator[CloudEvent]:
    former, repeated = None, 0
    for line in lines:
        same = (line.append_no, line.execution_no, line.seq, line.kind)
        repeated = repeated + 1 if same == former else 0
        former = same
        event = message_news(line, repeated)
        if event is not None:
            yield event


async def _one(connection: AsyncConnection, statement: bytes, values: dict[str, int]) -> int | None:
    row = await (await connection.execute(statement, values)).fetchone()
    return None if row is None or row[0] is None else int(row[0])

"""Reading the ledger for its news, append by append, with what plan and execution know."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from psycopg import AsyncConnection

from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.nats.encoded_events import EncodedEvent, encoded_event
from campaigns.infrastructure.nats.message_news import LedgerLine, message_news
from campaigns.infrastructure.nats.named_variants import Variants, variants_of
from campaigns.infrastructure.nats.sent_ranges import SentRange, news_of_ranges, sent_ranges

# As many appends as hold about so many words; an append is never torn apart.
_WORDS = 10_000
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
_LINES = b"""
  select f.append_no, f.execution_no, f.seq, f.kind::int, f.at, f.detail, m.user_id, m.variant, m.channel,
         e.tenant_id, e.campaign_id, e.execution_id
    from message_facts f
   cross join lateral message_at(f.execution_no, f.seq) m
    join executions e on e.execution_no = f.execution_no
   where f.append_no > %(after)s and f.append_no <= %(to)s and m.user_id is not null
   order by f.append_no, f.execution_no, f.seq, f.kind, f.at, f.source_event_id, f.detail::text"""
# A fact about the state overrides the range of its own append that it lies in: that message was not simply sent.
_OVERRIDING = frozenset(FactKind(kind) for kind in (1, 2, 3, 4, 5, 8, 9, 10, 11))


async def next_news(connection: AsyncConnection, after: int) -> tuple[int, list[EncodedEvent]]:
    """The next appends' events and the number of the last append; (after, []) when there is nothing new."""
    head = await _one(connection, _HEAD, {"after": after})
    if head is None or head <= after:
        return after, []
    reach = await _one(connection, _REACH, {"after": after, "words": _WORDS})
    up_to = head if reach is None else reach
    cursor = await connection.execute(_LINES, {"after": after, "to": up_to}, binary=True)
    lines = [LedgerLine(*row) for row in await cursor.fetchall()]
    overridden = {(line.append_no, line.execution_no, line.seq) for line in lines if line.kind in _OVERRIDING}
    ranges = await sent_ranges(connection, after, up_to)
    variants = await variants_of(connection, _executions(lines) | _executions(ranges))
    events = await news_of_ranges(connection, ranges, overridden, variants)
    events += map(encoded_event, _events(lines, variants))
    return up_to, sorted(events, key=attrgetter("sequence"))


def _executions(told: Iterable[LedgerLine | SentRange]) -> set[int]:
    return {each.execution_no for each in told}


def _events(lines: Sequence[LedgerLine], variants: Variants) -> Iterator[CloudEvent]:
    former, repeated = None, 0
    for line in lines:
        same = (line.append_no, line.execution_no, line.seq, line.kind)
        repeated = repeated + 1 if same == former else 0
        former = same
        event = message_news(line, repeated, variants)
        if event is not None:
            yield event


async def _one(connection: AsyncConnection, statement: bytes, values: dict[str, int]) -> int | None:
    row = await (await connection.execute(statement, values)).fetchone()
    return None if row is None or row[0] is None else int(row[0])

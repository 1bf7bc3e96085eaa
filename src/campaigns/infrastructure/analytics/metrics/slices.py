"""The next part of the ledger, in the order of its appends."""

from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import inf
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.rows import args_row

from campaigns.domain.analytics.machines import Hit

_ROWS = 100_000  # in one slice when so many wait: each slice writes the pages of a large campaign anew
_PEOPLE = 500_000  # in stretches: folding takes some 100 bytes each
_HEAD = "select append_no from ledger_head"
_REACH = """
    select max(append_no), count(*) from
      (select append_no from message_facts where append_no > %s order by append_no limit %s) nearest"""
# Up to the append in which so many people are full; without one, as far as so many stretches reach.
_STRETCHED = """
    select coalesce(min(append_no) filter (where people >= %(people)s),
                    max(append_no) filter (where stretches = %(rows)s))
      from (select append_no, count(*) over () as stretches,
                   sum(seq_to - seq_from + 1) over (order by append_no) as people
              from (select append_no, seq_from, seq_to from message_ranges
                     where append_no > %(after)s and kind = 1 order by append_no limit %(rows)s) nearest) summed"""
# Every second fact is a delivery (6): when it was is all that figures ask of it. Instants stay as they are sent: making
# a `datetime` of each costs as much as reading all the rest.
_FACTS = """
    select append_no, execution_no, seq, kind, timestamptz_send(at),
           case when kind <> 6 then source_event_id end, case when kind <> 6 then detail::text end
      from message_facts where append_no > %s and append_no <= %s order by append_no"""
_RANGES = """
    select append_no, execution_no, seq_from, seq_to, at from message_ranges
     where append_no > %s and append_no <= %s and kind = 1 order by append_no, execution_no, seq_from"""


_NOTHING: Mapping[str, Any] = {}


@lru_cache(8_192)
def _read(written: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = msgspec.json.decode(written, type=dict[str, Any])
    return found


_UNSEEN = Hit()
_read_hit = msgspec.json.Decoder(Hit).decode


def hit_in(written_detail: str | None) -> Hit:
    """Of a fact that is a hit: what the rules ask of it."""
    return _read_hit(written_detail) if written_detail else _UNSEEN


_YEAR_2000 = datetime(2000, 1, 1, tzinfo=UTC)
_MICROS_BEFORE_2000 = 946_684_800_000_000


class FactRow(Struct, frozen=True, gc=False):
    """One row of message_facts. `sent_at` is its instant as Postgres sends it: microseconds since 2000."""

    append_no: int
    execution_no: int
    seq: int
    kind: int
    sent_at: bytes
    source_event_id: str | None
    written_detail: str | None

    @property
    def at(self) -> datetime:
        return _YEAR_2000 + timedelta(microseconds=int.from_bytes(self.sent_at, "big", signed=True))

    @property
    def detail(self) -> Mapping[str, Any]:
        """What the fact says beyond its kind. The same words are read once: most facts say what others say."""
        return _read(self.written_detail) if self.written_detail else _NOTHING

    @property
    def is_ours(self) -> bool:
        """A hit that we saw ourselves: what a provider reports may carry the time at which it told us."""
        return self.written_detail is not None and '"address_hash"' in self.written_detail


class SentRange(Struct, frozen=True, gc=False):
    """Everybody from `seq_from` to `seq_to`, both included, was sent."""

    append_no: int
    execution_no: int
    seq_from: int
    seq_to: int
    at: datetime


class LedgerSlice(Struct, frozen=True):
    """Every append after one number up to another, whole."""

    after: int
    up_to: int
    facts: tuple[FactRow, ...] = ()
    ranges: tuple[SentRange, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.up_to == self.after

    def told(self, kinds: Container[int]) -> list[FactRow]:
        """The facts of these kinds, in their order."""
        return [fact for fact in self.facts if fact.kind in kinds]


def micros_of(facts: Sequence[FactRow]) -> NDArray[np.int64]:
    """When each was, in microseconds since 1970."""
    return np.frombuffer(b"".join([fact.sent_at for fact in facts]), ">i8").astype(np.int64) + _MICROS_BEFORE_2000


def executions_in(ledger: LedgerSlice) -> set[int]:
    """Those that the slice speaks of."""
    return {fact.execution_no for fact in ledger.facts} | {stretch.execution_no for stretch in ledger.ranges}


async def next_slice(connection: AsyncConnection, after: int, rows: int = _ROWS, people: int = _PEOPLE) -> LedgerSlice:
    """About `rows` facts and stretches of `people` (an append is never torn apart), or whatever there is."""
    head = await _number(connection, _HEAD, ())
    if head <= after:
        return LedgerSlice(after, after)
    up_to = int(min(head, await _reach(connection, after, rows), await _stretched(connection, after, rows, people)))
    async with connection.cursor(binary=True, row_factory=args_row(FactRow)) as cursor:
        facts = await (await cursor.execute(_FACTS, (after, up_to))).fetchall()
    ranges = await (await connection.execute(_RANGES, (after, up_to), binary=True)).fetchall()
    return LedgerSlice(after, up_to, tuple(facts), tuple(SentRange(*row) for row in ranges))


async def _reach(connection: AsyncConnection, after: int, rows: int) -> float:
    """The append that holds the last of the next `rows` facts; infinity when there are fewer."""
    found = await (await connection.execute(_REACH, (after, rows))).fetchone()
    return int(found[0]) if found and found[1] == rows else inf


async def _stretched(connection: AsyncConnection, after: int, rows: int, people: int) -> float:
    """The same of stretches."""
    asked = {"after": after, "rows": rows, "people": people}
    found = await (await connection.execute(_STRETCHED.encode(), asked)).fetchone()
    return int(found[0]) if found and found[0] is not None else inf


async def _number(connection: AsyncConnection, statement: str, values: tuple[object, ...]) -> int:
    row = await (await connection.execute(statement.encode(), values)).fetchone()
    return int(row[0]) if row else 0

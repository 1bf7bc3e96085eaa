"""Delivery by a provider that reports none: what it accepted counts as delivered, unless it bounces.

A message that is spoken of (reported delivered, bounced) is no longer assumed anything: what was said of it counts.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.analytics.metrics.layouts import Layouts
from campaigns.infrastructure.analytics.metrics.pages import PageKey, Pages, Seqs
from campaigns.infrastructure.analytics.metrics.slices import FactRow, LedgerSlice, executions_in
from campaigns.infrastructure.analytics.metrics.tally import Tally, quarter_of

ASSUMED, TOLD = "assumed", "told"
SPEAKING = frozenset({FactKind.DELIVERED, FactKind.BOUNCED})
"""Facts that say what became of a message after it was handed over."""
# When each message had been sent by the time of the append that speaks of it.
_SENT_AT = """
    select asked.e, asked.s, coalesce(f.at, r.at)
      from unnest(%s::bigint[], %s::integer[], %s::integer[]) as asked (a, e, s)
      left join lateral (select at from message_facts
                          where execution_no = asked.e and seq = asked.s and kind = 1 and append_no <= asked.a
                          order by append_no desc limit 1) f on true
      left join lateral (select at, seq_to from message_ranges
                          where execution_no = asked.e and seq_from <= asked.s and append_no <= asked.a
                          order by seq_from desc limit 1) r on r.seq_to >= asked.s"""

Hours = NDArray[np.int64]
SentHours = Mapping[tuple[int, int], int]


def pages_of_marks(touched: Iterable[tuple[int, int]], layouts: Layouts) -> set[PageKey]:
    """The pages beside those of the figures that following the deliveries on these pages needs."""
    return {(n, mark, page) for n, page in touched if layouts.has_unreported(n) for mark in (ASSUMED, TOLD)}


def unexpected(ledger: LedgerSlice, layouts: Layouts) -> list[FactRow]:
    """Facts that speak of delivery where nobody is expected to."""
    numbers = {number for number in executions_in(ledger) if layouts.has_unreported(number)}
    return [fact for fact in ledger.told(SPEAKING) if fact.execution_no in numbers] if numbers else []


async def sent_hours(connection: AsyncConnection, facts: Sequence[FactRow]) -> SentHours:
    """By (execution_no, seq): the quarter of an hour in which the message was counted as delivered, if it was."""
    if not facts:
        return {}
    columns = [[f.append_no for f in facts], [f.execution_no for f in facts], [f.seq for f in facts]]
    rows = await (await connection.execute(_SENT_AT, columns)).fetchall()
    return {(number, seq): quarter_of(at) for number, seq, at in rows if at is not None}


class AssumedDelivery:
    """Follows the states of messages, append by append."""

    def __init__(self, pages: Pages, tally: Tally, layouts: Layouts, hours: SentHours) -> None:
        self._pages, self._tally, self._layouts, self._hours = pages, tally, layouts, hours

    def sent(self, execution_no: int, seqs: Seqs, hours: Hours, append_no: int) -> None:
        """These became sent, by this append."""
        assumed = self._layouts.unreported(execution_no, seqs, append_no)
        if not assumed.any():
            return
        assumed &= ~self._pages.are_set(execution_no, TOLD, seqs)
        self._pages.mark(execution_no, ASSUMED, seqs[assumed], value=True)
        each = np.ones(int(assumed.sum()), np.bool_)
        self._tally.add(execution_no, "delivered", seqs[assumed], hours[assumed], appends=append_no, unique=each)

    def unsent(self, execution_no: int, seqs: Seqs, hours: Hours, append_no: int) -> None:
        """These are no longer sent; up to this append they were."""
        if len(seqs) and self._layouts.has_unreported(execution_no):
            self._take_back(execution_no, seqs, hours, append_no)

    def told(self, execution_no: int, seqs: Seqs, append_no: int) -> None:
        """Somebody spoke of these."""
        if not self._layouts.has_unreported(execution_no):
            return
        hours = np.array([self._hours.get((execution_no, seq), 0) for seq in seqs.tolist()], np.int64)
        self._take_back(execution_no, seqs, hours, append_no)
        self._pages.mark(execution_no, TOLD, seqs, value=True)

    def _take_back(self, execution_no: int, seqs: Seqs, hours: Hours, append_no: int) -> None:
        assumed = self._pages.are_set(execution_no, ASSUMED, seqs)
        self._pages.mark(execution_no, ASSUMED, seqs[assumed], value=False)
        self._tally.take_back(execution_no, "delivered", seqs[assumed], hours[assumed], append_no)

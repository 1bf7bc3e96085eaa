"""Opens and clicks, by people and by machines.

What a hit counts for may change when more is told of its message: the message is looked at as a whole again, and only
what has changed is taken back and counted anew. So the figures do not depend on how the ledger is cut into slices.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.domain.analytics.scanning import TOGETHER_RULES
from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.analytics.metrics.hit_history import channels_then, history
from campaigns.infrastructure.analytics.metrics.hit_labels import MEASURES, NONE, Standing, standing
from campaigns.infrastructure.analytics.metrics.layouts import Layouts
from campaigns.infrastructure.analytics.metrics.measures import HITS
from campaigns.infrastructure.analytics.metrics.pages import PAGE_BITS, PageKey, Pages
from campaigns.infrastructure.analytics.metrics.slices import FactRow, LedgerSlice
from campaigns.infrastructure.analytics.metrics.tally import Tally
from campaigns.infrastructure.analytics.metrics.touches import (
    Bits,
    Numbers,
    Touches,
    executions_of,
    key_of,
    keys_of,
    messages_of,
    seqs_of,
)
from campaigns.infrastructure.distinct import distinct

WATCHED, DELIVERED = "watched", "delivered"
"""Marks of messages: on which we saw a hit ourselves; that were delivered (a figure of its own)."""
_HIT = {kind: f"hit:{name}" for kind, name in HITS.items()}
"""Marks of messages that had a hit of the kind."""
_QUARTER = 900_000_000  # microseconds
_TOUCHING = frozenset({*HITS, int(FactKind.TRAPPED)})
_DELIVERED = frozenset({int(FactKind.DELIVERED)})


class Slice(Struct, frozen=True):
    """The part of a slice that hits depend on. `sent` are messages said to be sent where nobody reports deliveries."""

    touching: Sequence[FactRow]
    delivered: Sequence[FactRow]
    sent: Sequence[tuple[int, int]]


def part_of(ledger: LedgerSlice, rules: int, layouts: Layouts) -> Slice:
    """What matters to the hits under these rules; the executions must be known to the layouts."""
    if rules not in TOGETHER_RULES:
        return Slice(ledger.told(HITS), (), ())
    return Slice(ledger.told(_TOUCHING), ledger.told(_DELIVERED), _sent_unreported(ledger, layouts))


def _sent_unreported(ledger: LedgerSlice, layouts: Layouts) -> list[tuple[int, int]]:
    ranges = [stretch for stretch in ledger.ranges if layouts.has_unreported(stretch.execution_no)]
    sent = [(stretch.execution_no, seq) for stretch in ranges for seq in range(stretch.seq_from, stretch.seq_to + 1)]
    facts = [fact for fact in ledger.told({FactKind.SENT}) if layouts.has_unreported(fact.execution_no)]
    return sent + [(fact.execution_no, fact.seq) for fact in facts]


def pages_of_hits(part: Slice) -> set[PageKey]:
    """The pages that folding these needs."""
    places = {(f.execution_no, f.seq >> PAGE_BITS) for f in (*part.touching, *part.delivered)}
    places |= {(number, seq >> PAGE_BITS) for number, seq in part.sent}
    return {(number, mark, page) for number, page in places for mark in (*_HIT.values(), WATCHED, DELIVERED)}


class HitFold:
    """One slice's hits. `pages` must say what was delivered before the slice."""

    def __init__(self, rules: int, ledger: LedgerSlice, pages: Pages, layouts: Layouts) -> None:
        self._rules, self._ledger, self._pages, self._layouts = rules, ledger, pages, layouts
        self._sees_messages = rules in TOGETHER_RULES

    async def fold(self, connection: AsyncConnection, part: Slice, tally: Tally) -> None:
        touching, kinds = keys_of(part.touching), np.array([fact.kind for fact in part.touching], np.int64)
        by_kind = {kind: distinct(touching[kinds == kind]) for kind in HITS}
        ours = distinct(keys_of([fact for fact in part.touching if self._sees_messages and fact.is_ours]))
        asked = self._asked(part, by_kind, ours)
        for kind, keys in by_kind.items():
            self._mark(_HIT[kind], keys)
        self._mark(WATCHED, ours)
        alone = [*part.touching, *self._of(part.delivered, ours)]
        facts = [*self._of(alone, asked, among=False), *await self._history(connection, asked)]
        if facts:
            await self._count(connection, Touches.of(facts, self._rules), tally)

    def _asked(self, part: Slice, by_kind: Mapping[int, Numbers], ours: Numbers) -> Numbers:
        """Messages of which the ledger knows more that matters than the slice says."""
        asked = [keys[self._are_set(_HIT[kind], keys)] for kind, keys in by_kind.items()]
        if self._sees_messages:
            known = self._unreported(ours)
            for mark in (WATCHED, DELIVERED, *_HIT.values()):
                known |= self._are_set(mark, ours)
            others = distinct(np.concatenate((keys_of(part.delivered), _keys_of(part.sent))))
            asked += [ours[known], others[self._are_set(WATCHED, others)]]
        return distinct(np.concatenate(asked))

    def _of(self, facts: Sequence[FactRow], keys: Numbers, *, among: bool = True) -> list[FactRow]:
        if among and not len(keys):
            return []
        chosen = np.isin(keys_of(facts), keys, invert=not among)
        return [facts[number] for number in np.flatnonzero(chosen).tolist()]

    async def _history(self, connection: AsyncConnection, asked: Numbers) -> list[FactRow]:
        kinds = [*HITS]
        if self._sees_messages:
            kinds += [FactKind.TRAPPED, FactKind.DELIVERED]
            kinds += [FactKind.SENT] if self._unreported(asked).any() else []
        rows = await history(connection, messages_of(asked), kinds, self._ledger.up_to)
        reported = self._layouts.has_unreported
        return [row for row in rows if row.kind != FactKind.SENT or reported(row.execution_no)]

    async def _count(self, connection: AsyncConnection, touches: Touches, tally: Tally) -> None:
        """Count what stands otherwise than before the slice."""
        now, before = standing(touches, self._rules), self._before(touches)
        changed = (now.measures != before.measures) | (now.firsts != before.firsts)
        hours = touches.at // _QUARTER * 900
        channels = await self._channels(connection, touches, changed)
        for stands, sign in ((before, -1), (now, 1)):
            counts = changed & (stands.measures != NONE)
            groups = touches.executions * len(MEASURES) + stands.measures
            for group in np.unique(groups[counts]).tolist():
                rows = counts & (groups == group)
                execution_no, measure = group // len(MEASURES), MEASURES[group % len(MEASURES)]
                figure, seqs, first = (execution_no, measure), touches.seqs[rows], stands.firsts[rows]
                tally.change(figure, seqs, hours[rows], channels=channels[rows], unique=first, sign=sign)

    def _before(self, touches: Touches) -> Standing:
        told = touches.appends <= self._ledger.after
        former = standing(touches.where(told), self._rules)
        measures, firsts = np.full(len(told), NONE, np.int64), np.zeros(len(told), np.bool_)
        measures[told], firsts[told] = former.measures, former.firsts
        return Standing(measures, firsts)

    async def _channels(self, connection: AsyncConnection, touches: Touches, changed: Bits) -> Numbers:
        """By which channel each message went when the fact was told."""
        channels = np.full(len(changed), -1, np.int64)
        executions, seqs, appends = touches.executions, touches.seqs, touches.appends
        fresh = appends > self._ledger.after
        for execution_no in np.unique(executions[changed & fresh]).tolist():
            rows = changed & fresh & (executions == execution_no)
            channels[rows] = self._layouts.of(execution_no, seqs[rows], appends[rows])[1]
        old = changed & ~fresh
        if old.any():
            channels[old] = await channels_then(connection, appends[old], executions[old], seqs[old])
        return channels

    def _are_set(self, mark: str, keys: Numbers) -> Bits:
        found = np.zeros(len(keys), np.bool_)
        for execution_no, rows, seqs in _by_execution(keys):
            found[rows] = self._pages.are_set(execution_no, mark, seqs)
        return found

    def _mark(self, mark: str, keys: Numbers) -> None:
        for execution_no, _, seqs in _by_execution(keys):
            self._pages.mark(execution_no, mark, seqs, value=True)

    def _unreported(self, keys: Numbers) -> Bits:
        found = np.zeros(len(keys), np.bool_)
        for execution_no, rows, _ in _by_execution(keys):
            found[rows] = self._layouts.has_unreported(execution_no)
        return found


def _keys_of(messages: Sequence[tuple[int, int]]) -> Numbers:
    return np.array([key_of(*message) for message in messages], np.int64)


def _by_execution(keys: Numbers) -> list[tuple[int, Bits, Numbers]]:
    executions = executions_of(keys)
    return [(number, rows := executions == number, seqs_of(keys[rows])) for number in np.unique(executions).tolist()]

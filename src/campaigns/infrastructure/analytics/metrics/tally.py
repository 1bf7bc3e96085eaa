"""Summing what a slice of the ledger changes, by figure, variant, channel and hour."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from campaigns.infrastructure.analytics.metrics.layouts import Layouts
from campaigns.infrastructure.analytics.metrics.pages import Bits, Seqs
from campaigns.infrastructure.analytics.metrics.slices import FactRow, micros_of

_QUARTER = 900  # seconds
Hours = NDArray[np.int64]
Appends = NDArray[np.int64] | int
Cell = tuple[int, int, int, int, str, int]
"""execution_no, variant, channel, segments (by bits), measure, hour of the campaign's zone (as seconds since 1970)."""


class Change(Struct):
    """By how much a cell grows: all, and messages counted for the first time."""

    total: int = 0
    uniques: int = 0


class Tally:
    """Sums changes by cell."""

    def __init__(self, layouts: Layouts) -> None:
        self._layouts = layouts
        self.changes: dict[Cell, Change] = defaultdict(Change)
        self.amounts: dict[tuple[Cell, str], Decimal] = defaultdict(Decimal)

    def add(self, execution_no: int, measure: str, seqs: Seqs, hours: Hours, *, appends: Appends, unique: Bits) -> None:
        """Count these messages, told by these appends; `unique` says which of them for the first time."""
        self._sum(execution_no, measure, seqs, hours, appends=appends, uniques=unique.astype(np.int64), sign=1)

    def take_back(self, execution_no: int, measure: str, seqs: Seqs, hours: Hours, appends: Appends) -> None:
        """These messages left the state they were counted in, before or at `appends`."""
        self._sum(execution_no, measure, seqs, hours, appends=appends, uniques=np.ones(len(seqs), np.int64), sign=-1)

    def cell_of(self, fact: FactRow, measure: str) -> Cell:
        seqs = np.array([fact.seq], np.int64)
        variants, channels = self._layouts.of(fact.execution_no, seqs, fact.append_no)
        segments = int(self._layouts.segments(fact.execution_no, seqs)[0])
        return (
            fact.execution_no,
            int(variants[0]),
            int(channels[0]),
            segments,
            measure,
            self._layouts.hour(fact.execution_no, quarter_of(fact.at)),
        )

    def change(
        self, figure: tuple[int, str], seqs: Seqs, hours: Hours, *, channels: Hours, unique: Bits, sign: int
    ) -> None:
        """Count or take back these messages of an execution, for the channels they had then."""
        if len(seqs):
            variants = self._layouts.variants(figure[0], seqs)
            segments = self._layouts.segments(figure[0], seqs)
            self._add(figure, hours, (variants, channels, segments), unique.astype(np.int64), sign=sign)

    def _sum(
        self,
        execution_no: int,
        measure: str,
        seqs: Seqs,
        hours: Hours,
        *,
        appends: Appends,
        uniques: NDArray[np.int64],
        sign: int,
    ) -> None:
        if len(seqs):
            variants, channels = self._layouts.of(execution_no, seqs, appends)
            segments = self._layouts.segments(execution_no, seqs)
            self._add((execution_no, measure), hours, (variants, channels, segments), uniques, sign=sign)

    def _add(
        self,
        figure: tuple[int, str],
        hours: Hours,
        parts: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
        uniques: NDArray[np.int64],
        *,
        sign: int,
    ) -> None:
        (execution_no, measure), (variants, channels, segments) = figure, parts
        # One number for hour, segments, variant and channel: sorting numbers is far quicker than sorting columns.
        hours = self._layouts.hours(execution_no, hours)
        packed = (hours // _QUARTER << 31) | (segments.astype(np.int64) << 16)
        packed |= (variants.astype(np.int64) + 1 << 8) | (channels.astype(np.int64) + 1)
        cells, inverse = np.unique(packed, return_inverse=True)
        totals = np.bincount(inverse, minlength=len(cells))
        firsts = np.bincount(inverse, weights=uniques, minlength=len(cells))
        for number, cell in enumerate(cells.tolist()):
            variant, channel, hour = (cell >> 8 & 0xFF) - 1, (cell & 0xFF) - 1, (cell >> 31) * _QUARTER
            change = self.changes[execution_no, variant, channel, cell >> 16 & 0x7FFF, measure, hour]
            change.total += sign * int(totals[number])
            change.uniques += sign * int(firsts[number])


def quarters_of(facts: Sequence[FactRow]) -> Hours:
    """`quarter_of` each."""
    return micros_of(facts) // (_QUARTER * 1_000_000) * _QUARTER


def quarter_of(at: datetime) -> int:
    """The quarter of an hour of an instant, in seconds since 1970: in every zone, hours begin with one."""
    return int(at.timestamp()) // _QUARTER * _QUARTER

"""Summing what a slice of the ledger changes, by figure, variant, channel and hour."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from campaigns.infrastructure.analytics.metrics.layouts import Layouts
from campaigns.infrastructure.analytics.metrics.pages import Bits, Seqs
from campaigns.infrastructure.analytics.metrics.slices import FactRow

_HOUR = 3_600
Cell = tuple[int, int, int, str, int]
"""execution_no, variant, channel, measure, hour (as seconds since 1970)."""


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

    def add(self, execution_no: int, measure: str, seqs: Seqs, hours: NDArray[np.int64], unique: Bits) -> None:
        """Count these messages; `unique` says which of them for the first time."""
        self._sum(execution_no, measure, seqs, hours, unique.astype(np.int64), sign=1)

    def take_back(self, execution_no: int, measure: str, seqs: Seqs, hours: NDArray[np.int64]) -> None:
        """These messages left the state they were counted in."""
        self._sum(execution_no, measure, seqs, hours, np.ones(len(seqs), np.int64), sign=-1)

    def cell_of(self, fact: FactRow, measure: str) -> Cell:
        variants, channels = self._layouts.of(fact.execution_no, np.array([fact.seq], np.int64))
        return (fact.execution_no, int(variants[0]), int(channels[0]), measure, hour_of(fact.at))

    def _sum(
        self,
        execution_no: int,
        measure: str,
        seqs: Seqs,
        hours: NDArray[np.int64],
        uniques: NDArray[np.int64],
        *,
        sign: int,
    ) -> None:
        if not len(seqs):
            return
        variants, channels = self._layouts.of(execution_no, seqs)
        columns = np.stack([variants.astype(np.int64), channels.astype(np.int64), hours])
        cells, inverse = np.unique(columns, axis=1, return_inverse=True)
        totals = np.bincount(inverse.ravel(), minlength=cells.shape[1])
        firsts = np.bincount(inverse.ravel(), weights=uniques, minlength=cells.shape[1])
        for number, (variant, channel, hour) in enumerate(cells.T.tolist()):
            change = self.changes[execution_no, variant, channel, measure, hour]
            change.total += sign * int(totals[number])
            change.uniques += sign * int(firsts[number])


def hour_of(at: datetime) -> int:
    """The full hour of an instant, in seconds since 1970."""
    return int(at.timestamp()) // _HOUR * _HOUR

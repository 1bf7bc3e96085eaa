"""Messages that another channel took over, as a slice of the ledger tells it."""

from collections import defaultdict

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.analytics.metrics.pages import Seqs
from campaigns.infrastructure.analytics.metrics.slices import LedgerSlice

_APPEND_BITS = 32  # appends of one slice, counted from its beginning


class TakenOver(Struct, frozen=True):
    """Of one execution, by message and then by append: which channel, from which append on."""

    seqs: Seqs
    channels: NDArray[np.int16]
    keys: NDArray[np.int64]
    after: int

    def overwrite(self, channels: NDArray[np.int16], seqs: Seqs, appends: NDArray[np.int64] | int) -> None:
        """Put in the channels that these messages have after these appends, where a channel took over in the slice."""
        places = np.searchsorted(self.keys, _keys(seqs, appends, self.after), "right") - 1
        found = (places >= 0) & (self.seqs[places] == seqs)
        channels[found] = self.channels[places[found]]


def taken_over(ledger: LedgerSlice) -> dict[int, TakenOver]:
    """By execution."""
    told: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for fact in ledger.told({FactKind.FELL_BACK}):
        if "channel" in fact.detail:
            told[fact.execution_no].append((fact.seq, fact.append_no, int(fact.detail["channel"])))
    return {number: _sorted(rows, ledger.after) for number, rows in told.items()}


def _sorted(rows: list[tuple[int, int, int]], after: int) -> TakenOver:
    seqs, appends, channels = np.array(sorted(rows), np.int64).T
    return TakenOver(seqs, channels.astype(np.int16), _keys(seqs, appends, after), after)


def _keys(seqs: Seqs, appends: NDArray[np.int64] | int, after: int) -> NDArray[np.int64]:
    return (seqs << _APPEND_BITS) + (appends - after)

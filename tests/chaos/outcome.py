"""What a round of a scenario found, and the one line that all its rounds become."""

import statistics
from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct


class Fold(StrEnum):
    """How a figure of several rounds becomes one."""

    TOTAL = "total"
    MOST = "most"
    LEAST = "least"


class Figure(Struct, frozen=True):
    value: float
    fold: Fold = Fold.TOTAL


def total(value: float) -> Figure:
    return Figure(value)


def most(value: float) -> Figure:
    return Figure(value, Fold.MOST)


def least(value: float) -> Figure:
    return Figure(value, Fold.LEAST)


class Outcome(Struct, frozen=True, kw_only=True):
    """One round. `recovery` holds the seconds from each fault to normal service, `broken` each promise not kept."""

    acked: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0
    uncertain: int = 0
    recovery: Sequence[float] = ()
    also: Mapping[str, Figure] = {}
    broken: Sequence[str] = ()

    def kept(self) -> bool:
        return not (self.lost or self.doubled or self.broken)


_COUNTS = ("acked", "stored", "lost", "doubled", "uncertain")
_FOLDS = {Fold.TOTAL: sum, Fold.MOST: max, Fold.LEAST: min}


def line(name: str, outcomes: Sequence[Outcome], seed: int) -> str:
    """`R2 rounds=3 acked=… stored=… lost=0 doubled=0 uncertain=4 recovery=0.61/0.84s … broken=0 seed=1`."""
    counts = {count: sum(getattr(outcome, count) for outcome in outcomes) for count in _COUNTS}
    waits = [wait for outcome in outcomes for wait in outcome.recovery]
    recovery = f"{statistics.median(waits):.2f}/{max(waits):.2f}s" if waits else "none"
    figures = {"rounds": len(outcomes), **counts, "recovery": recovery, **_further(outcomes)}
    figures |= {"broken": sum(not outcome.kept() for outcome in outcomes), "seed": seed}
    return " ".join((name, *(f"{key}={value}" for key, value in figures.items())))


def _further(outcomes: Sequence[Outcome]) -> dict[str, str]:
    found: dict[str, list[Figure]] = {}
    for outcome in outcomes:
        for key, figure in outcome.also.items():
            found.setdefault(key, []).append(figure)
    return {key: _written(_FOLDS[each[0].fold](figure.value for figure in each)) for key, each in found.items()}


def _written(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"

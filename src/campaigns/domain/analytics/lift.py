"""What the campaign added: people who could get it against the holdout, who could not."""

from math import sqrt

from msgspec import Struct

_NORMAL_95 = 1.959963984540054


class Lift(Struct, frozen=True, kw_only=True):
    """Conversion rates in percent, their difference in percentage points, and its 95 % interval."""

    treated_rate: float
    holdout_rate: float
    difference: float
    low: float
    high: float


def incremental_lift(*, treated: int, treated_converted: int, holdout: int, holdout_converted: int) -> Lift | None:
    """None when one side is empty: there is nothing to compare.

    The interval is Newcombe's hybrid of two Wilson intervals (R. G. Newcombe 1998, Statistics in Medicine 17, method
    10): it stays within ±100 and holds for rates near 0, where these rates are.
    """
    if treated == 0 or holdout == 0:
        return None
    one, other = treated_converted / treated, holdout_converted / holdout
    low_one, high_one = _wilson(one, treated)
    low_other, high_other = _wilson(other, holdout)
    difference = one - other
    return Lift(
        treated_rate=_percent(one),
        holdout_rate=_percent(other),
        difference=_percent(difference),
        low=_percent(difference - sqrt((one - low_one) ** 2 + (high_other - other) ** 2)),
        high=_percent(difference + sqrt((high_one - one) ** 2 + (other - low_other) ** 2)),
    )


def _wilson(rate: float, size: int) -> tuple[float, float]:
    square = _NORMAL_95**2
    middle = rate + square / (2 * size)
    spread = _NORMAL_95 * sqrt(rate * (1 - rate) / size + square / (4 * size * size))
    return (middle - spread) / (1 + square / size), (middle + spread) / (1 + square / size)


def _percent(rate: float) -> float:
    return round(rate * 100, 2)

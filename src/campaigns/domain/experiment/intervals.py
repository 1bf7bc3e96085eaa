"""Intervals of one arm, of the difference and of the ratio of two.

Rates by Wilson (E. B. Wilson 1927, JASA 22), which holds near 0 and 1 where the textbook interval fails. Differences by
Newcombe's hybrid (R. G. Newcombe 1998, Statistics in Medicine 17, method 10), and ratios by its sibling (A. Donner and
G. Y. Zou 2012, Statistical Methods in Medical Research 21): both join the limits of the two arms.
"""

from math import hypot, inf, sqrt

from msgspec import Struct

from campaigns.domain.experiment.samples import Sample


class Estimate(Struct, frozen=True, kw_only=True):
    """A figure and the interval around it. A limit is None when nothing bounds the figure on that side."""

    value: float
    low: float | None
    high: float | None

    @property
    def excludes_zero(self) -> bool:
        return (self.low is not None and self.low > 0) or (self.high is not None and self.high < 0)


Limits = tuple[float, float]


def rate_limits(sample: Sample, distance: float) -> Limits:
    """Wilson's, at a distance in standard errors. Of nobody, or at no bound: everything from 0 to 1."""
    if not sample.size or distance == inf:
        return 0.0, 1.0
    square = distance**2 / sample.size
    middle = sample.mean + square / 2
    spread = distance * sqrt(sample.variance / sample.size + square / (4 * sample.size))
    # The lower limit by the product of both: their difference would lose the digits of a small one.
    low = sample.mean**2 / (middle + spread) if distance else sample.mean
    return low, min(1.0, (middle + spread) / (1 + square))


def mean_limits(sample: Sample, distance: float) -> Limits:
    """Of an amount a person, with its own variance."""
    if not sample.size or distance == inf:
        return -inf, inf
    spread = distance * sqrt(sample.variance / sample.size)
    return sample.mean - spread, sample.mean + spread


def difference(one: float, other: float, limits: Limits, other_limits: Limits) -> Estimate:
    low = one - other - hypot(one - limits[0], other_limits[1] - other)
    high = one - other + hypot(limits[1] - one, other - other_limits[0])
    return Estimate(value=one - other, low=None if low == -inf else low, high=None if high == inf else high)


def relative(one: float, other: float, limits: Limits, other_limits: Limits) -> Estimate | None:
    """By which part `one` is above `other`; None when `other` is 0. -1 is "all of it is lost"."""
    if not other:
        return None
    low, high = _lowest_ratio(one, other, limits, other_limits), _highest_ratio(one, other, limits, other_limits)
    return Estimate(value=one / other - 1, low=low - 1, high=None if high == inf else high - 1)


def _lowest_ratio(one: float, other: float, limits: Limits, other_limits: Limits) -> float:
    # Multiplied out, so that no denominator passes through 0 on its way below it.
    if -inf in limits or inf in other_limits:
        return 0.0
    part, whole = _folded(one, limits[0]), _folded(other, other_limits[1])
    root = sqrt(max(0.0, (one * other) ** 2 - part * whole))
    return max(0.0, part / (one * other + root)) if part > 0 else 0.0


def _highest_ratio(one: float, other: float, limits: Limits, other_limits: Limits) -> float:
    if inf in limits or other_limits[0] <= 0:
        return inf
    part, whole = _folded(one, limits[1]), _folded(other, other_limits[0])
    return (one * other + sqrt(max(0.0, (one * other) ** 2 - part * whole))) / whole


def _folded(middle: float, limit: float) -> float:
    return limit * (2 * middle - limit)

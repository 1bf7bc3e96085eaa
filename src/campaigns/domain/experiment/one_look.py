"""The textbook's tests. They hold for one look that was planned beforehand, and not for the best of many.

Rates by the normal test with each arm's own variance, revenue by B. L. Welch's (1947, Biometrika 34).
"""

from math import erfc, sqrt
from statistics import NormalDist

from msgspec import Struct

from campaigns.domain.experiment.arms import Arm, Criterion
from campaigns.domain.experiment.intervals import Estimate
from campaigns.domain.experiment.samples import Sample, sample_of
from campaigns.domain.experiment.student import both_tails, distance_of, welch_degrees


class OneLook(Struct, frozen=True, kw_only=True):
    """A difference with its interval, and the two-sided p-value of "no difference"."""

    difference: Estimate
    p_value: float


def compare_once(one: Arm, other: Arm, criterion: Criterion, *, confidence: float = 0.95) -> OneLook | None:
    """None when neither arm varies, or has nobody: these tests have nothing to say then."""
    if criterion == "revenue_per_recipient":
        return _of_means(sample_of(one, criterion), sample_of(other, criterion), 1 - confidence)
    return _of_rates(sample_of(one, criterion), sample_of(other, criterion), 1 - confidence)


def _of_rates(one: Sample, other: Sample, error: float) -> OneLook | None:
    if not one.size or not other.size or not (one.variance or other.variance):
        return None
    width = sqrt(one.variance / one.size + other.variance / other.size)
    away = abs(one.mean - other.mean) / width
    return _look(one.mean - other.mean, NormalDist().inv_cdf(1 - error / 2) * width, erfc(away / sqrt(2)))


def _of_means(one: Sample, other: Sample, error: float) -> OneLook | None:
    if min(one.size, other.size) < 2 or not (one.variance or other.variance):  # noqa: PLR2004 - variances need two
        return None
    square, other_square = one.variance / (one.size - 1), other.variance / (other.size - 1)
    degrees = welch_degrees(square, one.size, other_square, other.size)
    width = sqrt(square + other_square)
    tails = both_tails((one.mean - other.mean) / width, degrees)
    return _look(one.mean - other.mean, distance_of(error, degrees) * width, tails)


def _look(difference: float, reach: float, p_value: float) -> OneLook:
    return OneLook(
        difference=Estimate(value=difference, low=difference - reach, high=difference + reach), p_value=p_value
    )

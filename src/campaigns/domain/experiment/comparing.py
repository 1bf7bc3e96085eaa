"""One arm against another, at any look: the p-value, and the interval that belongs to it."""

from msgspec import Struct

from campaigns.domain.experiment.always_valid import boundary, evidence_between
from campaigns.domain.experiment.arms import Criterion
from campaigns.domain.experiment.intervals import Estimate, Limits, difference, mean_limits, rate_limits, relative
from campaigns.domain.experiment.samples import Sample


class Comparison(Struct, frozen=True, kw_only=True):
    """How an arm differs from `other`: in the criterion's own unit, and as a part of the other's figure.

    `p_value` and intervals hold at every look, and for all of the arm's comparisons together.
    """

    other: str
    difference: Estimate
    relative: Estimate | None
    p_value: float


class Contrast(Struct, frozen=True):
    """A comparison under way. `distance` is the width of its intervals in standard errors."""

    one: Sample
    other: Sample
    criterion: Criterion
    p_value: float
    distance: float

    def difference(self) -> Estimate:
        return difference(self.one.mean, self.other.mean, *self._limits())

    def named(self, other: str) -> Comparison:
        limits = self._limits()
        return Comparison(
            other=other,
            difference=difference(self.one.mean, self.other.mean, *limits),
            relative=relative(self.one.mean, self.other.mean, *limits),
            p_value=self.p_value,
        )

    def _limits(self) -> tuple[Limits, Limits]:
        return limits_of_both(self.one, self.other, self.criterion, self.distance)


def contrast(one: Sample, other: Sample, criterion: Criterion, *, error: float, comparisons: int) -> Contrast:
    """As one of so many comparisons, which together err as rarely as `error` says."""
    p_value, time = evidence_between(one, other)
    corrected = min(1.0, p_value * comparisons)
    return Contrast(one, other, criterion, corrected, boundary(error / comparisons, time))


def limits_of_both(one: Sample, other: Sample, criterion: Criterion, distance: float) -> tuple[Limits, Limits]:
    limits = mean_limits if criterion == "revenue_per_recipient" else rate_limits
    return limits(one, distance), limits(other, distance)

"""An arm as statistics see it: how many people, and the mean and variance of what each of them gave."""

from math import fsum

from msgspec import Struct

from campaigns.domain.experiment.arms import Arm, Criterion


class Sample(Struct, frozen=True):
    """`variance` is of one person and divides by `size`. Of nobody, both figures are 0."""

    size: int
    mean: float
    variance: float

    @property
    def events(self) -> float:
        """How many equal successes would tell as much: the successes of a rate, and fewer of unequal amounts."""
        square = self.variance + self.mean**2
        return self.size * self.mean**2 / square if square else 0.0


def rate_of(successes: int, people: int) -> Sample:
    if not people:
        return Sample(0, 0.0, 0.0)
    rate = successes / people
    return Sample(people, rate, rate * ((people - successes) / people))


def sample_of(arm: Arm, criterion: Criterion) -> Sample:
    if criterion != "revenue_per_recipient":
        return rate_of(arm.successes, arm.people)
    if not arm.people:
        return Sample(0, 0.0, 0.0)
    total, squares = arm.revenue.total, arm.revenue.squares
    # In exact decimals: what everybody spends alike must have no variance left over from rounding.
    variance = (squares - total * total / arm.people) / arm.people
    return Sample(arm.people, float(total / arm.people), max(0.0, float(variance)))


def pooled(one: Sample, other: Sample) -> Sample:
    """Both as one: what each of them would be if there were no difference."""
    size = one.size + other.size
    if not size:
        return one
    mean = (one.size * one.mean + other.size * other.mean) / size
    parts = [each.size * (each.variance + (each.mean - mean) ** 2) for each in (one, other)]
    return Sample(size, mean, fsum(parts) / size)


def joint_size(one: Sample, other: Sample) -> float:
    """The size whose reciprocal is the sum of both reciprocals: what a difference is as exact as."""
    return one.size * other.size / (one.size + other.size) if one.size and other.size else 0.0

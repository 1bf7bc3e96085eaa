"""Before the launch: how many people a real difference needs, and which one so many people can show.

The answers are for the always-valid test that will decide, at one look with everybody in: earlier looks only add to
the chance. They hold for the worst pair of arms, and the best arm has to beat all of them.
"""

from collections.abc import Callable
from itertools import permutations
from math import sqrt
from statistics import NormalDist

from msgspec import Struct

from campaigns.domain.experiment.always_valid import boundary, clock
from campaigns.domain.experiment.deciding import FEWEST_EVENTS
from campaigns.domain.experiment.samples import Sample, joint_size, pooled

MOST_PEOPLE = 10**12
_ROUNDS = 60


class Design(Struct, frozen=True, kw_only=True):
    """`baseline` is the figure without any effect: a rate (0 … 1), or the revenue a person with its `deviation`.

    `shares` are the parts of all people (0 … 1) that each compared arm gets. `power` is the chance to find a winner.
    """

    baseline: float
    deviation: float | None = None
    shares: tuple[float, ...] = (0.5, 0.5)
    confidence: float = 0.95
    min_sample: int = 1000
    power: float = 0.8

    def arm(self, people: float, lift: float) -> Sample:
        """What is expected in so many people. Amounts that are lifted vary as much more."""
        mean = self.baseline * (1 + lift)
        variance = mean * (1 - mean) if self.deviation is None else (self.deviation * (1 + lift)) ** 2
        return Sample(max(1, round(people)), mean, variance)

    @property
    def highest_lift(self) -> float:
        """A rate cannot exceed 1; beyond a hundredfold nobody asks."""
        return min(100.0, 1 / self.baseline - 1) if self.deviation is None else 100.0


def people_needed(design: Design, lift: float) -> int | None:
    """The smallest number of people, over all arms, that finds an arm better by `lift` (0.1: by a tenth).

    None when no number does: the rate would exceed 1, or there is nothing to compare.
    """
    if not _is_sensible(design) or not 0 < lift <= design.highest_lift:
        return None
    high = 1
    while not finds(design, high, lift):
        high *= 2
        if high > MOST_PEOPLE:
            return None
    return _smallest(lambda people: finds(design, people, lift), high // 2, high)


def detectable_lift(design: Design, people: int) -> float | None:
    """The smallest lift that so many people show with the power that is asked for; None when they show none."""
    if not _is_sensible(design) or not finds(design, people, design.highest_lift):
        return None
    low, high = 0.0, design.highest_lift
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (low, middle) if finds(design, people, middle) else (middle, high)
    return high


def finds(design: Design, people: int, lift: float) -> bool:
    """Whether so many people are enough, whichever arm is the better one."""
    if any(round(people * share) < max(1, design.min_sample) for share in design.shares):
        return False
    return all(
        _tells_apart(design, design.arm(people * one, lift), design.arm(people * other, 0))
        for one, other in permutations(design.shares, 2)
    )


def _is_sensible(design: Design) -> bool:
    return design.baseline > 0 and len(design.shares) > 1 and all(share > 0 for share in design.shares)


def _tells_apart(design: Design, better: Sample, other: Sample) -> bool:
    """The better one wins this comparison so surely that it wins all of them with the power that is asked for."""
    comparisons = len(design.shares) - 1
    both, size = pooled(better, other), joint_size(better, other)
    if both.events * min(better.size, other.size) < FEWEST_EVENTS * both.size:
        return False
    width = sqrt(better.variance / better.size + other.variance / other.size)
    distance = boundary((1 - design.confidence) / comparisons, clock(both, size))
    surely = NormalDist().inv_cdf(1 - (1 - design.power) / comparisons)
    return better.mean - other.mean >= distance * max(width, sqrt(both.variance / size)) + surely * width


def _smallest(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Between one that does not hold and one that does."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high

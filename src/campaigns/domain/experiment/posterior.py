"""How probable it is that an arm is the best one, given what was seen.

A rate has a Beta posterior from the uniform prior, Beta(1 + successes, 1 + failures). Revenue a person has the normal
one that its mean tends to. The probability is an integral over one arm's density times the others' distributions. It
is taken without chance: the same figures give the same answer.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import exp, fsum, inf, log1p, prod, sqrt

from msgspec import Struct

from campaigns.domain.experiment.arms import Criterion
from campaigns.domain.experiment.quadrature import gauss_legendre
from campaigns.domain.experiment.samples import Sample

_STEPS = (-40, -25, -16, -11, -8, -6.5, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6.5, 8, 11, 16, 25, 40)


class Belief(Struct, frozen=True):
    """A density up to a factor, and the cuts between which it is smooth."""

    density: Callable[[float], float]
    cuts: tuple[float, ...]


class _Panel(Struct, frozen=True):
    """Of each belief: its density at the nodes, and what lies below them."""

    width: float
    densities: list[list[float]]
    below: list[list[float]]


def beliefs(samples: Sequence[Sample], criterion: Criterion) -> list[Belief] | None:
    """None when the revenue of an arm does not vary yet: nothing is known then of how far it may."""
    if criterion != "revenue_per_recipient":
        return [_of_rate(sample) for sample in samples]
    if not all(sample.variance for sample in samples):
        return None
    return [_of_mean(sample) for sample in samples]


def chances_to_be_best(found: Sequence[Belief]) -> list[float]:
    """One for each belief; they sum to 1."""
    if len(found) == 1:
        return [1.0]
    panels, totals = _panels(found)
    sums = [fsum(_share(panel, totals, which) for panel in panels) for which in range(len(found))]
    return [each / fsum(sums) for each in sums]


def _of_rate(sample: Sample) -> Belief:
    successes = round(sample.mean * sample.size)
    failures, mode = sample.size - successes, sample.mean
    mean = (successes + 1) / (sample.size + 2)
    deviation = sqrt(mean * (1 - mean) / (sample.size + 3))

    def density(at: float) -> float:
        # From the mode, so that large counts do not cancel each other's digits away.
        logarithm = successes * log1p((at - mode) / mode) if successes else 0.0
        return exp(logarithm + (failures * log1p((mode - at) / (1 - mode)) if failures else 0.0))

    return Belief(density, _cuts(mean, deviation, 0, 1))


def _of_mean(sample: Sample) -> Belief:
    deviation = sqrt(sample.variance / sample.size)

    def density(at: float) -> float:
        return exp(-(((at - sample.mean) / deviation) ** 2) / 2)

    return Belief(density, _cuts(sample.mean, deviation, -inf, inf))


def _cuts(mean: float, deviation: float, low: float, high: float) -> tuple[float, ...]:
    inside = (mean + step * deviation for step in _STEPS)
    ends = () if low == -inf else (low, high)
    return (*ends, *(cut for cut in inside if low < cut < high))


def _panels(found: Sequence[Belief]) -> tuple[list[_Panel], list[float]]:
    """From the lowest cut to the highest, and the whole of each belief."""
    panels, totals = list[_Panel](), [0.0 for _ in found]
    for left, right in pairwise(sorted({cut for belief in found for cut in belief.cuts})):
        panel = _panel(found, left, right - left, totals)
        panels.append(panel)
        wholes = [gauss_legendre().whole(values) for values in panel.densities]
        totals = [total + panel.width * whole for total, whole in zip(totals, wholes, strict=True)]
    return panels, totals


def _panel(found: Sequence[Belief], left: float, width: float, totals: Sequence[float]) -> _Panel:
    rule = gauss_legendre()
    nodes = [left + width * node for node in rule.nodes]
    densities = [[belief.density(node) for node in nodes] for belief in found]
    below = [
        [total + width * part for part in rule.up_to_nodes(values)]
        for total, values in zip(totals, densities, strict=True)
    ]
    return _Panel(width, densities, below)


def _share(panel: _Panel, totals: Sequence[float], which: int) -> float:
    others = [place for place in range(len(totals)) if place != which]
    values = [
        panel.densities[which][node]
        / totals[which]
        * prod(panel.below[place][node] / totals[place] for place in others)
        for node in range(len(panel.densities[which]))
    ]
    return panel.width * gauss_legendre().whole(values)

"""Our figures against SciPy's, over grids of counts from 0 to ten million: the largest relative difference of each.

Where both differ by more than 1e-11, forty digits of another computation side with ours: SciPy loses some in the tails.
"""

from collections.abc import Iterable
from itertools import pairwise, product
from math import exp, inf, pi, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from scipy import integrate, special, stats
from tests.domain.experiment.grids import counts, distance, pairs

from campaigns.domain.experiment.always_valid import boundary, p_value
from campaigns.domain.experiment.arms import Arm
from campaigns.domain.experiment.incomplete_beta import incomplete_beta
from campaigns.domain.experiment.intervals import rate_limits
from campaigns.domain.experiment.mismatch import chi_square_tail, mismatch_p
from campaigns.domain.experiment.one_look import _of_means
from campaigns.domain.experiment.posterior import beliefs, chances_to_be_best
from campaigns.domain.experiment.samples import Sample, rate_of
from campaigns.domain.experiment.student import both_tails, distance_of

_SMALLEST = 1e-290
"""Below it both are next to the end of what a float can hold."""


def farthest(name: str, found: Iterable[tuple[float, float]]) -> float:
    """Of (ours, theirs); printed, so that a report can quote it."""
    compared = [(ours, theirs) for ours, theirs in found if theirs == 0 or abs(theirs) > _SMALLEST]
    assert len(compared) > 20
    largest = max(distance(ours, theirs) for ours, theirs in compared)
    print(f"ORACLE {name} n={len(compared)} largest_relative_difference={largest:.1e}")  # noqa: T201 - a report quotes it
    return largest


def test_the_incomplete_beta_function_is_scipys() -> None:
    sizes = (0.5, 1, 2.5, 17, 300, 1e4, 1e6, 1e7)
    steps = (-30, -8, -3, -1, 0, 0.5, 2, 5, 12, 35)

    def places(a: float, b: float) -> Iterable[float]:
        mean, deviation = a / (a + b), sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
        yield from (mean + step * deviation for step in steps if 0 < mean + step * deviation < 1)

    found = (
        (incomplete_beta(a, b, x, 1 - x), special.betainc(a, b, x))
        for a, b in product(sizes, sizes)
        for x in places(a, b)
    )
    assert farthest("incomplete_beta", found) < 1e-9


def test_the_tail_of_chi_square_is_scipys() -> None:
    values = (0.0, 1e-9, 0.03, 0.9, 3.84, 20.0, 150.0, 1200.0)
    found = ((chi_square_tail(x, k), stats.chi2.sf(x, k)) for x, k in product(values, range(1, 10)))
    assert farthest("chi_square_tail", found) < 1e-12


def test_the_tails_of_students_distribution_are_scipys() -> None:
    degrees, distances = (1.0, 2.7, 30.0, 999.5, 42_000.0, 2e7), (0.0, 0.01, 1.0, 1.96, 7.4, 20.0, 36.0)
    found = ((both_tails(t, df), 2 * stats.t.sf(t, df)) for t, df in product(distances, degrees))
    assert farthest("student_tails", found) < 1e-9


def test_the_quantiles_of_students_distribution_are_scipys() -> None:
    degrees, errors = (1.5, 5.0, 30.0, 999.5, 42_000.0, 2e7), (0.4, 0.1, 0.05, 0.01, 1e-6, 1e-12)
    found = ((distance_of(error, df), stats.t.isf(error / 2, df)) for error, df in product(errors, degrees))
    assert farthest("student_quantile", found) < 1e-9


def test_the_quantiles_of_the_normal_distribution_are_scipys() -> None:
    errors = np.concatenate([10.0 ** -np.arange(1, 16), np.linspace(0.01, 0.49, 20)])
    found = ((-NormalDist().inv_cdf(error), stats.norm.isf(error)) for error in errors)
    assert farthest("normal_quantile", found) < 1e-10


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
def test_intervals_of_rates_are_scipys_wilson_intervals(confidence: float) -> None:
    away = NormalDist().inv_cdf((1 + confidence) / 2)

    def both() -> Iterable[tuple[float, float]]:
        for successes, people in counts()[1:]:
            theirs = stats.binomtest(successes, people).proportion_ci(confidence, method="wilson")
            ours = rate_limits(rate_of(successes, people), away)
            # A limit of 0 is exact in ours; SciPy leaves rounding there.
            yield from zip(ours, (theirs.low if successes else 0.0, theirs.high), strict=True)

    assert farthest("wilson", both()) < 1e-9


def test_the_check_of_shares_is_scipys() -> None:
    tables = [(21_306, 21_307, 21_387), (0, 50, 60), (10**7, 10**7 + 9000), (5, 1, 0, 2, 9), (400, 40_100)]
    shares = [(1, 1, 1), (1, 2, 2), (50, 50), (20, 20, 20, 20, 20), (1, 100)]

    def both() -> Iterable[tuple[float, float]]:
        for table, share in zip(tables, shares, strict=True):
            for factor in (1, 3, 7, 20, 100):
                people = [factor * count for count in table]
                meant = [sum(people) * part / sum(share) for part in share]
                arms = [
                    Arm(name=str(at), people=n, share=part)
                    for at, (n, part) in enumerate(zip(people, share, strict=True))
                ]
                yield mismatch_p(arms) or 0.0, stats.chisquare(people, meant).pvalue

    assert farthest("mismatch", both()) < 1e-9


def test_one_look_at_means_is_scipys_welch_test() -> None:
    samples = [
        Sample(n, mean, var) for n in (2, 30, 10**4, 10**7) for mean, var in ((1.4, 200.0), (1.5, 9.0), (0.2, 1e4))
    ]

    def both() -> Iterable[tuple[float, float]]:
        for one, other in product(samples, samples):
            if (one.mean - other.mean) == 0:
                continue
            deviations = [sqrt(each.variance * each.size / (each.size - 1)) for each in (one, other)]
            theirs = stats.ttest_ind_from_stats(
                one.mean, deviations[0], one.size, other.mean, deviations[1], other.size, equal_var=False
            )
            ours = _of_means(one, other, 0.05)
            assert ours is not None
            yield ours.p_value, theirs.pvalue

    assert farthest("welch", both()) < 1e-9


def _by_scipy(one: tuple[int, int], other: tuple[int, int]) -> float:
    first, second = (stats.beta(1 + s, 1 + n - s) for s, n in (one, other))
    reach = [first.mean() + step * first.std() for step in (-30, -8, -3, 0, 3, 8, 30)]
    reach += [second.mean() + step * second.std() for step in (-30, -8, -3, 0, 3, 8, 30)]
    cuts = [0.0, *sorted(cut for cut in reach if 0 < cut < 1), 1.0]
    return sum(
        integrate.quad(lambda x: first.pdf(x) * second.cdf(x), low, high, epsabs=1e-13, limit=200)[0]
        for low, high in pairwise(cuts)
    )


def test_the_probability_to_be_best_is_the_integral_that_scipy_takes() -> None:
    found = list(pairs())[::6]

    def both() -> Iterable[tuple[float, float]]:
        for one, other in found:
            ours = chances_to_be_best(beliefs([rate_of(*one), rate_of(*other)], "click_rate") or [])
            yield 1 + ours[0], 1 + _by_scipy(one, other)

    assert farthest("probability_to_be_best", both()) < 1e-7


def _mixed(squared: float, time: float) -> float:
    """The evidence by its definition: the likelihood ratio, averaged over effects that are normal around 0."""

    def weighed(effect: float) -> float:
        return exp(effect * sqrt(squared) - effect**2 / 2 - effect**2 / (2 * time)) / sqrt(2 * pi * time)

    return integrate.quad(weighed, -inf, inf, epsrel=1e-12)[0]


def test_the_always_valid_p_value_is_one_over_the_mixture() -> None:
    grid = product((0.0, 1.0, 6.0, 9.5, 20.0, 80.0), (0.01, 0.3, 1.0, 8.0, 60.0))
    found = ((p_value(squared, time), min(1.0, 1 / _mixed(squared, time))) for squared, time in grid)
    assert farthest("mixture", found) < 1e-9


def test_the_boundary_is_where_the_p_value_is_the_error() -> None:
    grid = product((0.2, 0.05, 0.001, 1e-9), (0.01, 0.3, 1.0, 8.0, 60.0, 1e6))
    found = ((p_value(boundary(error, time) ** 2, time), error) for error, time in grid)
    assert farthest("boundary", found) < 1e-9

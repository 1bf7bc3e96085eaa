"""Whether people came to the arms in the shares that were planned. When not, no figure of the arms can be compared."""

from collections.abc import Sequence
from math import erfc, exp, fsum, lgamma, log, sqrt

from campaigns.domain.experiment.arms import Arm

ALARM = 0.001
"""Below this a mismatch is taken for real (A. Fabijan et al. 2019, KDD): so small, as it stops the experiment."""


def mismatch_p(arms: Sequence[Arm]) -> float | None:
    """Pearson's chi-square test against the planned shares; None with nobody, or with one arm."""
    people, shares = sum(arm.people for arm in arms), fsum(arm.share for arm in arms)
    if not people or len(arms) < 2:  # noqa: PLR2004 - one arm always has its share
        return None
    if any(arm.people and not arm.share for arm in arms):
        return 0.0
    meant = [(arm.people, people * arm.share / shares) for arm in arms if arm.share]
    return chi_square_tail(fsum((count - ideal) ** 2 / ideal for count, ideal in meant), len(meant) - 1)


def chi_square_tail(statistic: float, degrees: int) -> float:
    """The chance of more than `statistic`. For whole degrees of freedom it is a finite sum of positive terms."""
    if statistic <= 0 or not degrees:
        return 1.0
    half = statistic / 2
    odd = degrees % 2
    begin = erfc(sqrt(half)) if odd else 0.0
    powers = (index + odd / 2 for index in range(degrees // 2))
    return begin + fsum(_term(half, power) for power in powers)


def _term(half: float, power: float) -> float:
    return exp(power * log(half) - half - lgamma(power + 1))

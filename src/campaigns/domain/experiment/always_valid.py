"""Tests that may be looked at whenever one likes, and stopped at any look.

A mixture of sequential probability ratios (H. Robbins 1970, Annals of Mathematical Statistics 41; for estimated
variances: I. Waudby-Smith et al. 2024, Time-uniform central limit theory, Annals of Statistics 52): under "no
difference", the p-value ever falls below some error rate at most as often as that rate says.

The clock is not the number of people. A mailing writes to everybody at once and the successes come later, so people
stand still while the figures move. What moves in both cases is the information, `joint_size * mean² / variance`: of a
rate, about a quarter of the successes.
"""

from math import exp, inf, log, log1p, sqrt

from campaigns.domain.experiment.samples import Sample, joint_size, pooled

TYPICAL_EFFECT = 0.2
"""The relative difference that the test is tuned to find soonest. It is valid for every other one."""


def evidence_between(one: Sample, other: Sample) -> tuple[float, float]:
    """The two-sided p-value of "no difference", and the time of the clock. (1, 0) before anything is known."""
    both, size = pooled(one, other), joint_size(one, other)
    time = clock(both, size)
    if not time:
        return 1.0, 0.0
    return p_value((one.mean - other.mean) ** 2 * size / both.variance, time), time


def clock(both: Sample, size: float) -> float:
    """Information of a difference that is as exact as `size`, counted in what the typical effect has to overcome."""
    return TYPICAL_EFFECT**2 * size * both.mean**2 / both.variance if both.variance else 0.0


def p_value(squared: float, time: float) -> float:
    """Of a squared distance, counted in standard errors, at this time of the clock."""
    evidence = (squared * time / (1 + time) - log1p(time)) / 2
    return 1.0 if evidence <= 0 else exp(-evidence)


def boundary(error: float, time: float) -> float:
    """The distance, in standard errors, at which the p-value is `error`: it is ever exceeded with that chance only."""
    if not time:
        return inf
    return sqrt((1 + time) / time * (log1p(time) - 2 * log(error)))

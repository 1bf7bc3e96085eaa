"""The regularized incomplete beta function, with nearly all digits in its tails and for counts of many millions.

The factor before the fraction is a binomial term after C. Loader (2000, Fast and accurate computation of binomial
probabilities): differences of large logarithms would leave half of the digits. The fraction is evaluated after Lentz.
"""

from math import exp, lgamma, log, pi, sqrt

_PRECISION = 4e-16
_STIRLING_FROM = 16


def incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    """The part of Beta(a, b) below x, for a and b above 0. `y` is 1 - x: the caller may know more digits of it."""
    if x <= 0:
        return 0.0
    if y <= 0:
        return 1.0
    above_mean = (a + b) * y - b if a > b else a - (a + b) * x
    if above_mean < 0:
        return 1 - _front(b, a, y, x) / _fraction(b, a, y, x, -above_mean)
    return _front(a, b, x, y) / _fraction(a, b, x, y, above_mean)


def _front(a: float, b: float, x: float, y: float) -> float:
    """x^a y^b / B(a, b)."""
    whole = a + b
    logarithm = _stirling_error(whole) - _stirling_error(a) - _stirling_error(b)
    logarithm -= _deviance(a, whole * x) + _deviance(b, whole * y)
    return sqrt(a * b / (2 * pi * whole)) * exp(logarithm)


def _stirling_error(count: float) -> float:
    """What log Γ(count + 1) is beyond Stirling's formula."""
    if count < _STIRLING_FROM:
        return lgamma(count + 1) - (count + 0.5) * log(count) + count - log(2 * pi) / 2
    square = count * count
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square) / square) / square) / count


def _deviance(count: float, ideal: float) -> float:
    """Of a binomial term: count * log(count / ideal) + ideal - count, without cancellation where both are alike."""
    if abs(count - ideal) >= 0.1 * (count + ideal):
        return count * log(count / ideal) + ideal - count
    ratio = (count - ideal) / (count + ideal)
    found, term, degree = (count - ideal) * ratio, 2 * count * ratio, 1
    while True:
        term *= ratio * ratio
        degree += 2
        better = found + term / degree
        if better == found:
            return better
        found = better


def _fraction(a: float, b: float, x: float, y: float, lead: float) -> float:
    """The continued fraction 9 of A. DiDonato and A. Morris (1992, ACM TOMS 18), for x up to the mean a / (a + b).

    `lead` is a - (a + b) x: with it nothing cancels. It takes about as many steps as the root of a and b.
    """
    found = c = a / (a + 1) * (lead + 1)
    d, step = 0.0, 0
    while True:
        step += 1
        over = (a + step - 1) * (a + b + step - 1) / (a + 2 * step - 1) ** 2 * step * (b - step) * x * x
        under = step + step * (b - step) * x / (a + 2 * step - 1)
        under += (a + step) / (a + 2 * step + 1) * (lead + 1 + step * (1 + y))
        c, d = under + over / c, 1 / (under + over * d)
        found *= c * d
        if abs(c * d - 1) <= _PRECISION:
            return found

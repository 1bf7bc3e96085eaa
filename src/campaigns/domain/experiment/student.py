"""Student's distribution, for means whose variance is itself an estimate."""

from statistics import NormalDist

from campaigns.domain.experiment.incomplete_beta import incomplete_beta

_ROUNDS = 100


def both_tails(distance: float, degrees: float) -> float:
    """The chance to be at least `distance` standard errors away from 0, on either side."""
    square = distance * distance
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + square), square / (degrees + square))


def distance_of(error: float, degrees: float) -> float:
    """The distance whose two tails hold `error`: found between the normal one and a wide one by halving."""
    low = NormalDist().inv_cdf(1 - error / 2)
    high = 2 * low
    while both_tails(high, degrees) > error:
        high *= 2
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (middle, high) if both_tails(middle, degrees) > error else (low, middle)
    return high


def welch_degrees(one: float, size: int, other: float, other_size: int) -> float:
    """Degrees of freedom of a difference (Welch and Satterthwaite), from the squared standard errors of both means."""
    return (one + other) ** 2 / (one**2 / (size - 1) + other**2 / (other_size - 1))

"""Integrals over a short stretch, after Gauss and Legendre: exact for polynomials of degree 2 * ORDER - 1."""

from collections.abc import Sequence
from functools import cache
from math import cos, fsum, pi

from msgspec import Struct

ORDER = 12


class Rule(Struct, frozen=True):
    """Nodes and weights on 0 … 1, and `partial[k]`: the weights of the integral from 0 to the node k."""

    nodes: tuple[float, ...]
    weights: tuple[float, ...]
    partial: tuple[tuple[float, ...], ...]

    def whole(self, values: Sequence[float]) -> float:
        return fsum(weight * value for weight, value in zip(self.weights, values, strict=True))

    def up_to_nodes(self, values: Sequence[float]) -> list[float]:
        return [sum(weight * value for weight, value in zip(row, values, strict=True)) for row in self.partial]


@cache
def gauss_legendre() -> Rule:
    roots = [_root(number) for number in range(ORDER)]
    weights = [2 / ((1 - root**2) * _legendre(root)[1] ** 2) for root in roots]
    partial = tuple(
        tuple(_partial(end, root, weight) / 2 for root, weight in zip(roots, weights, strict=True)) for end in roots
    )
    return Rule(tuple((1 + root) / 2 for root in roots), tuple(weight / 2 for weight in weights), partial)


def _root(number: int) -> float:
    """The roots of the Legendre polynomial in rising order, by Newton from their well-known first guess."""
    found = cos(pi * (ORDER - number - 0.25) / (ORDER + 0.5))
    for _ in range(10):
        value, slope = _legendre(found)
        found -= value / slope
    return found


def _polynomials(at: float) -> list[float]:
    """All Legendre polynomials up to one above the order."""
    values = [1.0, at]
    for degree in range(1, ORDER + 1):
        values.append(((2 * degree + 1) * at * values[-1] - degree * values[-2]) / (degree + 1))
    return values


def _legendre(at: float) -> tuple[float, float]:
    values = _polynomials(at)
    return values[ORDER], ORDER * (values[ORDER - 1] - at * values[ORDER]) / (1 - at**2)


def _partial(end: float, root: float, weight: float) -> float:
    """The integral from -1 to `end` of the polynomial that is 1 at `root` and 0 at the other nodes."""
    there, here = _polynomials(end), _polynomials(root)
    higher = (here[degree] * (there[degree + 1] - there[degree - 1]) for degree in range(1, ORDER))
    return weight * (1 + end + fsum(higher)) / 2

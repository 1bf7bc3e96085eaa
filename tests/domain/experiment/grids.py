"""Counts from nothing to ten million, and the distance between two figures."""

from collections.abc import Iterator
from itertools import product

_PEOPLE = (1, 2, 7, 50, 999, 21_306, 400_000, 10**7)
_RATES = (0.0, 1e-6, 0.0057, 0.05, 0.37, 0.5, 0.93, 0.9999, 1.0)


def counts() -> list[tuple[int, int]]:
    """(successes, people), each once; nobody at all comes first."""
    found = {(round(rate * people), people) for rate, people in product(_RATES, _PEOPLE)}
    return [(0, 0), *sorted(found, key=lambda pair: (pair[1], pair[0]))]


def pairs() -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Each of the counts with people, beside some of the others."""
    found = counts()[1:]
    for place, one in enumerate(found):
        for step in (0, 1, 3, 11, 29):
            yield one, found[(place + step) % len(found)]


def distance(ours: float, theirs: float) -> float:
    """Relative to theirs; what differs from a 0 is infinitely far."""
    if ours == theirs:
        return 0.0
    return abs(ours - theirs) / abs(theirs) if theirs else float("inf")

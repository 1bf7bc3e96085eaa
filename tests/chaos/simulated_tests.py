"""Experiments made up by chance: who succeeds when, as figures at each look."""

from collections.abc import Iterator
from decimal import Decimal
from math import exp
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.random import Generator

from campaigns.domain.experiment.arms import Arm, Revenue

LOOKS = 4 * 24 * 4
"""Every 15 minutes for 4 days."""

_DELAY_LOOKS = 40.0
"""Half of a mailing's successes come within seven hours."""

_MIDDLE, _SPREAD = 3.4, 1.2
"""Of the logarithm of an order: many small ones, and few that are a hundred times as large."""
MEAN_ORDER, MEAN_SQUARE = exp(_MIDDLE + _SPREAD**2 / 2), exp(2 * _MIDDLE + 2 * _SPREAD**2)

Counts = np.ndarray


class Scenario(Struct, frozen=True, kw_only=True):
    """`rates` of success, one for each arm, among `people` of each; `amounts`: whether each success is a purchase.

    In a `mailing` everybody is written to at once and succeeds later. In a `stream` people come evenly over the days
    and succeed at once, or not at all.
    """

    name: str
    rates: tuple[float, ...]
    people: tuple[int, ...]
    kind: Literal["mailing", "stream"] = "mailing"
    amounts: bool = False


def experiments(scenario: Scenario, count: int, chance: Generator) -> Iterator[list[list[Arm]]]:
    """Of each experiment: the arms at every look."""
    for _ in range(count):
        people = _people(scenario)
        successes = _successes(scenario, people, chance)
        money = _amounts(successes, chance) if scenario.amounts else None
        yield [_arms(scenario, people[look], successes[look], money, look) for look in range(LOOKS)]


def _people(scenario: Scenario) -> Counts:
    everybody = np.array(scenario.people)
    if scenario.kind == "mailing":
        return np.repeat(everybody[None, :], LOOKS, axis=0)
    return (np.arange(1, LOOKS + 1)[:, None] * everybody[None, :]) // LOOKS


def _successes(scenario: Scenario, people: Counts, chance: Generator) -> Counts:
    """Counts so far, a row for each look."""
    if scenario.kind == "stream":
        new = np.diff(people, axis=0, prepend=0)
        return chance.binomial(new, scenario.rates).cumsum(axis=0)
    found = np.zeros_like(people)
    for arm, rate in enumerate(scenario.rates):
        moments = chance.exponential(_DELAY_LOOKS, chance.binomial(scenario.people[arm], rate))
        # Who would come later than the last look comes with it, so that the rate is the one that was asked for.
        within = np.minimum(moments.astype(int), LOOKS - 1)
        found[:, arm] = np.bincount(within, minlength=LOOKS).cumsum()
    return found


def _amounts(successes: Counts, chance: Generator) -> tuple[Counts, Counts]:
    """Cents spent so far, and their squares. Who succeeds orders once."""
    totals, squares = np.zeros(successes.shape), np.zeros(successes.shape)
    for arm in range(successes.shape[1]):
        orders = np.round(100 * chance.lognormal(_MIDDLE, _SPREAD, successes[-1, arm]))
        for table, values in ((totals, orders), (squares, orders**2)):
            table[:, arm] = np.concatenate(([0.0], values.cumsum()))[successes[:, arm]]
    return totals, squares


def _arms(
    scenario: Scenario, people: Counts, successes: Counts, money: tuple[Counts, Counts] | None, look: int
) -> list[Arm]:
    return [
        Arm(
            name=f"{place}",
            people=int(people[place]),
            successes=int(successes[place]),
            share=scenario.people[place],
            revenue=Revenue() if money is None else _revenue(money[0][look, place], money[1][look, place]),
        )
        for place in range(len(scenario.rates))
    ]


def _revenue(cents: float, squares: float) -> Revenue:
    return Revenue(total=Decimal(int(cents)) / 100, squares=Decimal(int(squares)) / 10_000)

"""R15: a winner is hardly ever named among variants that are alike, and one that is better is found.

Simulated experiments are looked at every 15 minutes for 4 days, and each look may name a winner. `--size` is how many
of each kind. `false_winner` is the worst share of all kinds without a difference, `power` the least of those with one.
"""

import sys
from collections.abc import AsyncIterator, Sequence
from math import sqrt

from numpy.random import default_rng
from tests.chaos.outcome import Outcome, least, most
from tests.chaos.simulated_tests import MEAN_ORDER, MEAN_SQUARE, Scenario, experiments

from campaigns.domain.experiment.arms import Rules
from campaigns.domain.experiment.deciding import decide
from campaigns.domain.experiment.planning import Design, people_needed

ID = "R15"
ROUNDS, SIZE, SHORT = 1, 2_000, 40
ERROR, POWER, LIFT, RATE = 0.05, 0.8, 0.2, 0.05
_REVENUE = (RATE * MEAN_ORDER, sqrt(RATE * MEAN_SQUARE - (RATE * MEAN_ORDER) ** 2))
"""The mean of what a person spends, and its deviation."""


def _alike() -> list[Scenario]:
    return [
        Scenario(name="2 arms", rates=(RATE,) * 2, people=(10_000,) * 2),
        Scenario(name="3 arms", rates=(RATE,) * 3, people=(10_000,) * 3),
        Scenario(name="5 arms", rates=(RATE,) * 5, people=(10_000,) * 5),
        Scenario(name="2 arms, opens", rates=(0.4,) * 2, people=(5_000,) * 2),
        Scenario(name="2 arms, few people", rates=(0.02,) * 2, people=(1_000,) * 2),
        Scenario(name="2 arms, nine to one", rates=(RATE,) * 2, people=(18_000, 2_000)),
        Scenario(name="2 arms, people come evenly", rates=(RATE,) * 2, people=(10_000,) * 2, kind="stream"),
        Scenario(name="2 arms, revenue", rates=(RATE,) * 2, people=(10_000,) * 2, amounts=True),
        Scenario(name="3 arms, revenue", rates=(RATE,) * 3, people=(10_000,) * 3, amounts=True),
    ]


def _different() -> list[Scenario]:
    two, three = _sized((0.5, 0.5)), _sized((0.5, 0.25, 0.25))
    buyers = _sized((0.5, 0.5), *_REVENUE)
    better = RATE * (1 + LIFT)
    return [
        Scenario(name="2 arms", rates=(RATE, better), people=two),
        Scenario(name="2 arms, people come evenly", rates=(RATE, better), people=two, kind="stream"),
        Scenario(name="3 arms, the smaller is better", rates=(RATE, RATE, better), people=three),
        Scenario(name="2 arms, revenue", rates=(RATE, better), people=buyers, amounts=True),
    ]


def _sized(shares: tuple[float, ...], baseline: float = RATE, deviation: float | None = None) -> tuple[int, ...]:
    design = Design(baseline=baseline, deviation=deviation, shares=shares, confidence=1 - ERROR, power=POWER)
    people = people_needed(design, LIFT)
    assert people is not None
    return tuple(round(people * share) for share in shares)


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for seed in seeds:
        alike = [_named(scenario, size, seed, better=None) for scenario in _alike()]
        found = [_named(scenario, size, seed, better=str(len(scenario.rates) - 1)) for scenario in _different()]
        yield _outcome(max(alike), min(found), size)


def _named(scenario: Scenario, size: int, seed: int, *, better: str | None) -> float:
    """The share of experiments in which the better arm was named, or any if there is none."""
    criterion = "revenue_per_recipient" if scenario.amounts else "conversion_rate"
    rules = Rules(criterion=criterion, confidence=1 - ERROR, min_sample=1_000)
    winners = [_winner(looks, rules) for looks in experiments(scenario, size, default_rng(seed))]
    right = sum(winner is not None and better in (None, winner) for winner in winners)
    kind = "alike" if better is None else f"better by {LIFT:.0%}"
    print(f"  {scenario.name:32} {kind:16} {right / size:7.4f}", file=sys.stderr, flush=True)
    return right / size


def _winner(looks: Sequence[Sequence], rules: Rules) -> str | None:
    """The first one that a look names: nothing is looked at afterwards."""
    return next((decision.winner for arms in looks if (decision := decide(arms, rules)).winner), None)


def _outcome(false_winner: float, power: float, size: int) -> Outcome:
    broken = []
    if false_winner > ERROR + _chance(ERROR, size):
        broken.append(f"{false_winner:.1%} of experiments without a difference got a winner")
    if power < POWER - _chance(POWER, size):
        broken.append(f"only {power:.1%} of real differences were found")
    also = {"false_winner": most(false_winner), "power": least(power), "n": most(size)}
    return Outcome(also=also, broken=broken)


def _chance(share: float, size: int) -> float:
    """What a short round may miss by chance; a full one may miss nothing."""
    return 3 * sqrt(share * (1 - share) / size) if size < SIZE else 0.0

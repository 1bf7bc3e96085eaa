"""A real experiment, as its README tells it: 64,000 customers, two mailings and a control without any."""

from decimal import Decimal
from functools import cache

import pytest
from tests.domain.experiment.hillstrom import CONTROL, MENS, WOMENS, arms, customers

from campaigns.domain.experiment.arms import Arm, Rules
from campaigns.domain.experiment.judging import judge
from campaigns.domain.experiment.mismatch import mismatch_p
from campaigns.domain.experiment.one_look import compare_once
from campaigns.domain.experiment.verdict import Outcome


@cache
def by_name(outcome: str = "conversion") -> dict[str, Arm]:
    return {arm.name: arm for arm in arms(customers(), outcome)}


@pytest.mark.parametrize(
    ("name", "people", "visits", "conversions", "spend"),
    [
        (CONTROL, 21_306, "2262 (10.617 %)", "122 (0.573 %)", "13908.33"),
        (MENS, 21_307, "3894 (18.276 %)", "267 (1.253 %)", "30311.69"),
        (WOMENS, 21_387, "3238 (15.140 %)", "189 (0.884 %)", "23038.11"),
    ],
)
def test_counts_and_rates_are_those_of_the_readme(
    name: str, people: int, visits: str, conversions: str, spend: str
) -> None:
    bought, visited = by_name()[name], by_name("visit")[name]
    told = [f"{arm.successes} ({arm.successes / arm.people:.3%})".replace("%", " %") for arm in (visited, bought)]
    assert (bought.people, *told, bought.revenue.total) == (people, visits, conversions, Decimal(spend))


def test_the_check_of_shares_is_that_of_the_readme() -> None:
    assert f"{mismatch_p(list(by_name().values())):.3f}" == "0.904"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (MENS, "+0.681 points, 95 % CI [+0.500, +0.861], p = 1.5e-13"),
        (WOMENS, "+0.311 points, 95 % CI [+0.150, +0.472], p = 1.6e-04"),
    ],
)
def test_differences_intervals_and_p_values_are_those_of_the_readme(name: str, told: str) -> None:
    look = compare_once(by_name()[name], by_name()[CONTROL], "conversion_rate")
    assert look is not None
    points = [100 * part for part in (look.difference.value, look.difference.low or 0.0, look.difference.high or 0.0)]
    assert "{:+.3f} points, 95 % CI [{:+.3f}, {:+.3f}], p = {:.1e}".format(*points, look.p_value) == told


def test_the_mens_mailing_wins_although_one_may_look_at_any_time() -> None:
    verdict = judge(list(by_name().values()), Rules(criterion="conversion_rate"))
    assert (verdict.decision.outcome, verdict.decision.winner) == (Outcome.WINNER, MENS)


def test_by_revenue_two_weeks_are_too_short_for_a_winner_between_the_mailings() -> None:
    verdict = judge(list(by_name().values()), Rules(criterion="revenue_per_recipient"))
    assert (verdict.decision.outcome, verdict.decision.leader) == (Outcome.KEEP_LOOKING, MENS)
    assert verdict.decision.reasons == (f"{MENS} is not clearly better than {WOMENS}",)

"""What so many people can show, asked before the launch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from campaigns.domain.experiment.planning import Design, detectable_lift, finds, people_needed

rates, lifts = st.floats(0.001, 0.6), st.floats(0.03, 0.6)


def test_a_test_that_may_be_looked_at_any_time_needs_half_again_to_twice_the_people_of_one_that_may_not() -> None:
    needed = people_needed(Design(baseline=0.05), 0.2)
    once = 2 * ((norm.isf(0.025) + norm.isf(0.2)) / 0.01) ** 2 * (0.05 * 0.95 + 0.06 * 0.94)
    assert needed is not None
    assert 1.5 < needed / once < 2.1


@given(rates, lifts)
def test_the_number_is_the_smallest_that_is_enough(rate: float, lift: float) -> None:
    design = Design(baseline=rate)
    needed = people_needed(design, lift)
    assert needed is not None
    assert finds(design, needed, lift)
    assert not finds(design, needed - 2, lift)


@given(rates, lifts)
def test_what_so_many_people_show_is_the_lift_they_were_asked_for(rate: float, lift: float) -> None:
    design = Design(baseline=rate, min_sample=1)
    needed = people_needed(design, lift)
    assert needed is not None
    assert detectable_lift(design, needed) == pytest.approx(lift, rel=0.02)


def test_smaller_effects_more_arms_and_unequal_shares_need_more_people() -> None:
    plain = people_needed(Design(baseline=0.05), 0.2) or 0
    assert plain < (people_needed(Design(baseline=0.05), 0.1) or 0)
    assert plain < (people_needed(Design(baseline=0.05, shares=(1 / 3, 1 / 3, 1 / 3)), 0.2) or 0)
    assert plain < (people_needed(Design(baseline=0.05, shares=(0.9, 0.1)), 0.2) or 0)


def test_revenue_needs_people_as_its_deviation_says() -> None:
    calm = people_needed(Design(baseline=1.5, deviation=15.0), 0.2) or 0
    wild = people_needed(Design(baseline=1.5, deviation=30.0), 0.2) or 0
    assert calm * 3 < wild < calm * 5


def test_a_rate_cannot_be_lifted_beyond_everybody() -> None:
    assert people_needed(Design(baseline=0.6), 0.7) is None


@pytest.mark.parametrize(
    "design", [Design(baseline=0.0), Design(baseline=0.1, shares=(1.0,)), Design(baseline=0.1, shares=(1.0, 0.0))]
)
def test_without_a_second_arm_or_any_success_there_is_nothing_to_plan(design: Design) -> None:
    assert people_needed(design, 0.1) is None
    assert detectable_lift(design, 10_000) is None


def test_too_few_people_show_no_lift_at_all() -> None:
    assert detectable_lift(Design(baseline=0.05), 1990) is None
    assert detectable_lift(Design(baseline=0.05), 2000) is not None

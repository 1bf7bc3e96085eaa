"""Shares of a bandit: as often as an arm is probably the best."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.experiment.arms import Arm, Revenue
from campaigns.domain.experiment.bandit import PARTS, thompson_shares

counts = st.integers(0, 10**6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


def arms(*found: tuple[int, int]) -> list[Arm]:
    return [Arm(name=str(place), people=people, successes=successes) for place, (people, successes) in enumerate(found)]


def test_before_anything_is_known_shares_are_equal() -> None:
    assert thompson_shares(arms((0, 0), (0, 0), (0, 0), (0, 0)), "click_rate") == {str(n): 2500 for n in range(4)}


def test_the_better_arm_is_sent_more_often_and_the_worse_one_keeps_its_floor() -> None:
    assert thompson_shares(arms((1000, 20), (1000, 90)), "click_rate", floor=300) == {"0": 300, "1": 9700}


def test_the_control_takes_no_part() -> None:
    control = Arm(name="none", people=900, successes=800, is_control=True)
    assert thompson_shares([control, *arms((10, 1), (10, 1))], "conversion_rate") == {"0": 5000, "1": 5000}


def test_revenue_that_does_not_vary_yet_says_nothing() -> None:
    once = Arm(name="a", people=5, successes=1, revenue=Revenue(total=Decimal(9), squares=Decimal(81)))
    assert thompson_shares([once, Arm(name="b", people=5)], "revenue_per_recipient") == {"a": 5000, "b": 5000}


def test_floors_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="3 floors of 4000 do not fit"):
        thompson_shares(arms((1, 1), (1, 1), (1, 1)), "click_rate", floor=4000)


@given(st.lists(counts, min_size=1, max_size=5), st.integers(0, 2000))
def test_shares_are_whole_parts_that_sum_to_all_and_keep_the_floor(found: list[tuple[int, int]], floor: int) -> None:
    shares = thompson_shares(arms(*found), "click_rate", floor=floor)
    assert sum(shares.values()) == PARTS
    assert min(shares.values()) >= floor

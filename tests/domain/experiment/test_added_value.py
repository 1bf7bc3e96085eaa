"""What messages added, against people who could not get any."""

from decimal import Decimal

import pytest

from campaigns.domain.experiment.added_value import added_conversions, added_revenue
from campaigns.domain.experiment.arms import Arm, Revenue


def side(people: int, converted: int, total: str = "0", squares: str = "0") -> Arm:
    money = Revenue(total=Decimal(total), squares=Decimal(squares))
    return Arm(name="", people=people, successes=converted, revenue=money)


def test_conversions_above_those_of_the_holdout_are_counted_as_added() -> None:
    found = added_conversions(side(9_500, 475), side(500, 15))
    assert found is not None
    assert (found.difference.value, found.total.value) == (pytest.approx(0.02), pytest.approx(190))
    assert found.relative is not None
    assert found.relative.value == pytest.approx(2 / 3)


def test_the_interval_is_newcombes() -> None:
    # R. G. Newcombe 1998, table II, example (a): 56/70 against 48/80, method 10.
    found = added_conversions(side(70, 56), side(80, 48))
    assert found is not None
    assert (round(found.difference.low or 0, 4), round(found.difference.high or 0, 4)) == (0.0524, 0.3339)


def test_a_holdout_without_conversions_bounds_the_relative_lift_from_below_only() -> None:
    found = added_conversions(side(9_500, 475), side(500, 0))
    assert found is not None
    assert found.relative is None
    few = added_conversions(side(9_500, 475), side(500, 1))
    assert few is not None
    assert few.relative is not None
    assert (few.relative.low or 0) < few.relative.value < (few.relative.high or 0)


def test_added_revenue_is_over_everybody_who_could_get_a_message() -> None:
    found = added_revenue(side(1_000, 50, "1000", "30000"), side(100, 2, "40", "900"))
    assert found is not None
    assert (found.difference.value, found.total.value) == (pytest.approx(0.6), pytest.approx(600))


def test_nobody_on_one_side_means_nothing_to_compare() -> None:
    assert added_conversions(side(100, 3), side(0, 0)) is None
    assert added_revenue(side(100, 3), side(50, 2)) is None

"""When a winner may be named, and when not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.experiment.arms import Arm, Revenue, Rules
from campaigns.domain.experiment.deciding import decide
from campaigns.domain.experiment.verdict import Outcome

RULES = Rules(criterion="click_rate", min_sample=500)


def arm(name: str, people: int, successes: int, *, control: bool = False, share: float = 1.0) -> Arm:
    return Arm(name=name, people=people, successes=successes, is_control=control, share=share)


def test_an_arm_that_is_clearly_better_than_each_other_one_wins() -> None:
    decision = decide([arm("A", 5000, 400), arm("B", 5000, 600), arm("C", 5000, 410)], RULES)
    assert (decision.outcome, decision.winner, decision.reasons) == (Outcome.WINNER, "B", ())


def test_two_arms_that_are_ahead_together_have_no_winner_between_them() -> None:
    decision = decide([arm("A", 5000, 200), arm("B", 5000, 610), arm("C", 5000, 600)], RULES)
    assert (decision.outcome, decision.leader, decision.winner) == (Outcome.KEEP_LOOKING, "B", None)
    assert decision.reasons == ("B is not clearly better than C",)


def test_a_winner_has_to_beat_the_control_too_where_the_control_can_succeed() -> None:
    arms = [arm("none", 5000, 590, control=True), arm("A", 5000, 300), arm("B", 5000, 600)]
    assert decide(arms, Rules(criterion="conversion_rate")).outcome is Outcome.KEEP_LOOKING


def test_sending_nothing_may_be_what_is_best() -> None:
    arms = [arm("none", 5000, 600, control=True), arm("A", 5000, 300), arm("B", 5000, 310)]
    decision = decide(arms, Rules(criterion="conversion_rate"))
    assert (decision.outcome, decision.leader, decision.winner) == (Outcome.CONTROL_BEST, "none", None)


def test_the_control_takes_no_part_in_what_takes_a_message() -> None:
    arms = [arm("none", 0, 0, control=True), arm("A", 5000, 400), arm("B", 5000, 600)]
    assert decide(arms, RULES).winner == "B"


def test_a_small_arm_stops_the_comparison_however_clear_it_looks() -> None:
    decision = decide([arm("A", 499, 0, share=499), arm("B", 5000, 4000, share=5000)], RULES)
    assert decision.outcome is Outcome.TOO_SMALL
    assert decision.reasons == ("A has 499 people, and 500 are needed",)


def test_a_handful_of_successes_is_not_compared() -> None:
    decision = decide([arm("A", 5000, 0), arm("B", 5000, 19)], RULES)
    assert decision.outcome is Outcome.TOO_SMALL
    assert decision.reasons[0] == "A is expected to have 9.5 successes, and 10 are needed"


def test_people_who_came_in_other_shares_than_planned_stop_the_comparison() -> None:
    decision = decide([arm("A", 5000, 400), arm("B", 5500, 700)], RULES)
    assert (decision.outcome, decision.winner) == (Outcome.MISMATCH, None)


def test_unequal_shares_that_were_planned_are_no_mismatch() -> None:
    assert decide([arm("A", 1000, 80, share=10), arm("B", 9000, 1400, share=90)], RULES).winner == "B"


@pytest.mark.parametrize("arms", [[], [arm("A", 5000, 100)], [arm("none", 500, 0, control=True), arm("A", 5000, 100)]])
def test_one_arm_has_nobody_to_win_against(arms: list[Arm]) -> None:
    decision = decide(arms, RULES)
    assert decision.outcome is Outcome.TOO_SMALL
    assert decision.reasons == ("there is no other arm to compare with",)


def buyers(name: str, people: int, orders: int, amount: str) -> Arm:
    money = Decimal(amount)
    return Arm(
        name=name,
        people=people,
        successes=orders,
        revenue=Revenue(total=orders * money, squares=orders * money * money),
    )


def test_more_revenue_from_as_many_buyers_wins_by_revenue() -> None:
    arms = [buyers("A", 10000, 800, "20.00"), buyers("B", 10000, 800, "30.00")]
    assert decide(arms, Rules(criterion="revenue_per_recipient")).winner == "B"


def test_one_huge_order_wins_nothing() -> None:
    lucky = Arm(name="B", people=10000, successes=1, revenue=Revenue(total=Decimal(10**6), squares=Decimal(10**12)))
    decision = decide([buyers("A", 10000, 800, "20.00"), lucky], Rules(criterion="revenue_per_recipient"))
    assert decision.outcome is Outcome.TOO_SMALL


counts = st.integers(0, 10**7).flatmap(lambda people: st.tuples(st.just(people), st.integers(0, people)))


@given(st.lists(counts, min_size=2, max_size=5))
def test_the_order_of_the_arms_decides_nothing(found: list[tuple[int, int]]) -> None:
    arms = [arm(str(place), *each, share=each[0] + 1) for place, each in enumerate(found)]
    turned = list(reversed(arms))
    one, other = decide(arms, RULES), decide(turned, RULES)
    assert (one.outcome, one.winner) == (other.outcome, other.winner)


@given(st.lists(counts, min_size=2, max_size=5))
def test_a_winner_has_the_highest_rate(found: list[tuple[int, int]]) -> None:
    arms = [arm(str(place), *each, share=each[0] + 1) for place, each in enumerate(found)]
    decision = decide(arms, RULES)
    if decision.winner is not None:
        best = max(arms, key=lambda each: each.successes / each.people)
        assert decision.winner == best.name
        assert decision.p_value is not None
        assert decision.p_value < RULES.error

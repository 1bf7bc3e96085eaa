"""Crediting conversions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.analytics.attribution import (
    WHOLE,
    AttributionModel,
    Credit,
    Touchpoint,
    judged,
    parts_of,
    shares,
)
from campaigns.domain.analytics.machines import MACHINE_RULES, Hit, HitLabel

CONVERTED = datetime(2026, 11, 20, 12, tzinfo=UTC)


def touch(seq: int, days_before: float) -> Touchpoint:
    return Touchpoint(1, seq, CONVERTED - timedelta(days=days_before))


TOUCHES = [touch(1, 6), touch(2, 3), touch(3, 1), touch(1, 0.5)]


def test_the_first_touch_gets_everything() -> None:
    assert shares(TOUCHES, CONVERTED, 7, AttributionModel.FIRST_TOUCH) == (Credit(1, 1, WHOLE),)


def test_the_last_touch_gets_everything() -> None:
    assert shares(TOUCHES, CONVERTED, 7, AttributionModel.LAST_TOUCH) == (Credit(1, 1, WHOLE),)
    assert shares(TOUCHES[:3], CONVERTED, 7, AttributionModel.LAST_TOUCH) == (Credit(1, 3, WHOLE),)


def test_linear_shares_by_message_and_leaves_the_remainder_to_the_last() -> None:
    credited = shares(TOUCHES, CONVERTED, 7, AttributionModel.LINEAR)
    assert credited == (Credit(1, 1, 3_333), Credit(1, 2, 3_333), Credit(1, 3, 3_334))


@pytest.mark.parametrize("model", AttributionModel)
def test_touches_outside_the_window_or_after_the_conversion_count_nothing(model: AttributionModel) -> None:
    assert shares([touch(1, 7.01), touch(2, -0.01)], CONVERTED, 7, model) == ()


def test_the_edges_of_the_window_are_inside() -> None:
    assert len(shares([touch(1, 7), touch(2, 0)], CONVERTED, 7, AttributionModel.LINEAR)) == 2


@given(st.lists(st.tuples(st.integers(1, 9), st.floats(0, 7)), min_size=1), st.sampled_from(AttributionModel))
def test_shares_always_sum_to_the_whole(points: list[tuple[int, float]], model: AttributionModel) -> None:
    touches = [touch(seq, days) for seq, days in points]
    credited = shares(touches, CONVERTED, 8, model)
    assert sum(credit.weight for credit in credited) == WHOLE
    assert credited == shares(touches[::-1], CONVERTED, 8, model)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.floats(0, 7)), min_size=1),
    st.sampled_from([("EUR", 2), ("JPY", 0), ("KWD", 3)]),
    st.integers(0, 10**9),
)
def test_parts_of_an_amount_are_whole_units_and_sum_to_it(
    points: list[tuple[int, float]], currency: tuple[str, int], units: int
) -> None:
    credited = shares([touch(seq, days) for seq, days in points], CONVERTED, 8, AttributionModel.LINEAR)
    code, places = currency
    amount = Decimal(units).scaleb(-places)
    parts = parts_of(amount, code, credited)
    assert sum(parts) == amount
    assert all(part == round(part, places) for part in parts)
    assert max(parts) - min(parts) <= 10 * Decimal(1).scaleb(-places) + amount * len(parts) / WHOLE


@pytest.mark.parametrize("model", AttributionModel)
def test_who_was_held_out_is_credited_to_nothing_and_counts_once(model: AttributionModel) -> None:
    kept_back = [Touchpoint(run, -1, CONVERTED - timedelta(days=5 - run), held_out=True) for run in (1, 2)]
    found = judged([*kept_back, touch(3, 1)], CONVERTED, 7, model)
    assert (found.credits, found.held_out) == ((), Credit(2, -1, WHOLE))


def test_who_was_held_out_too_long_ago_is_held_out_no_more() -> None:
    kept_back = Touchpoint(1, -1, CONVERTED - timedelta(days=8), held_out=True)
    found = judged([kept_back, touch(3, 1)], CONVERTED, 7, AttributionModel.LAST_TOUCH)
    assert (found.credits, found.held_out) == ((Credit(1, 3, WHOLE),), None)


@pytest.mark.parametrize(
    ("bot", "label"),
    [
        ("apple", HitLabel.PREFETCH),
        ("gmail", HitLabel.PREFETCH),
        ("machine_open", HitLabel.PREFETCH),
        ("generic", HitLabel.MACHINE),
        ("something new", HitLabel.MACHINE),
        (None, HitLabel.HUMAN),
    ],
)
def test_the_fourth_rules_believe_a_provider_that_names_a_bot(bot: str | None, label: HitLabel) -> None:
    hit = Hit("Mozilla/5.0 (X11; Linux) Firefox/128.0", bot=bot)
    assert (MACHINE_RULES[4](hit), MACHINE_RULES[3](hit)) == (label, HitLabel.HUMAN)


@pytest.mark.parametrize(
    ("agent", "first", "second"),
    [
        (None, HitLabel.HUMAN, HitLabel.HUMAN),
        ("Mozilla/5.0 (X11; Linux) Firefox/128.0", HitLabel.HUMAN, HitLabel.HUMAN),
        ("Mozilla/5.0", HitLabel.PREFETCH, HitLabel.PREFETCH),
        ("Mozilla/5.0 (via ggpht.com GoogleImageProxy)", HitLabel.PREFETCH, HitLabel.PREFETCH),
        ("", HitLabel.MACHINE, HitLabel.MACHINE),
        ("Googlebot/2.1", HitLabel.MACHINE, HitLabel.MACHINE),
        ("Mozilla/5.0 Proofpoint URL defense", HitLabel.HUMAN, HitLabel.MACHINE),
    ],
)
def test_hits_are_told_apart_by_versioned_rules(agent: str | None, first: HitLabel, second: HitLabel) -> None:
    assert MACHINE_RULES[1](Hit(agent)) is first
    assert MACHINE_RULES[2](Hit(agent)) is second


def test_who_only_asks_for_the_head_is_a_machine_by_the_second_rules() -> None:
    assert MACHINE_RULES[2](Hit("Firefox", "HEAD")) is HitLabel.MACHINE

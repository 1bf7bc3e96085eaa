"""Amounts where one is unknown, halves, and texts that are almost tokens."""

from decimal import Decimal

import pytest

from campaigns.domain.analytics.machines import MACHINE_RULES, Hit, HitLabel
from campaigns.domain.analytics.measures import Counts, percent, rates
from campaigns.domain.analytics.tokens import TouchKind, TrackingKeys, TrackingTokens

TOKENS = TrackingTokens(TrackingKeys(current=0, secrets={0: b"k" * 32}))
ALL_ONES = TrackingTokens(TrackingKeys(current=255, secrets={255: b"\x00" * 32}))


def test_a_half_is_rounded_up_not_to_the_even_neighbour() -> None:
    assert [percent(1, 20_000), percent(3, 20_000)] == [Decimal("0.01"), Decimal("0.02")]


def test_revenue_without_a_known_cost_is_measured_against_no_cost() -> None:
    found = rates(Counts(clicked_total=5, converted=5, revenue={"EUR": Decimal(8)}))
    assert (found.cpc, found.cost_per_conversion) == (Decimal("0.00"), Decimal("0.00"))


def test_cost_without_a_known_revenue_returns_nothing() -> None:
    found = rates(Counts(cost={"EUR": Decimal(8)}))
    assert (found.roas, found.roi) == (Decimal("0.00"), Decimal("-100.00"))


def test_bounces_are_hard_and_soft_ones() -> None:
    assert Counts(bounced_hard=3, bounced_soft=4).bounced == 7


@pytest.mark.parametrize("text", ["!" * 20 + "A" * 12, "A" * 29 + "!!!", "A" * 30 + "!!"])
def test_a_text_of_the_right_length_that_stands_for_fewer_bytes_is_no_token(text: str) -> None:
    assert TOKENS.read(text) is None


def test_a_token_has_one_spelling() -> None:
    spelled = next(
        token for seq in range(99) if {"-", "_"} <= set(token := ALL_ONES.sign(2**31 - 1, seq, TouchKind.CLICK, 65_535))
    )
    assert ALL_ONES.read(spelled) is not None
    for other in (spelled.replace("-", "+"), spelled.replace("_", "/")):
        assert ALL_ONES.read(other) is None


def test_the_first_token_ever_signed_is_still_read() -> None:
    assert TOKENS.sign(1, 2, TouchKind.CLICK, 3) == "AAIAAAABAAAAAgADVrujyJzq67vgHRPn"


@pytest.mark.parametrize("agent", ["XXXX", " xxxx "])
def test_a_hit_without_any_agent_is_the_provider_s_word_for_a_person(agent: str) -> None:
    assert MACHINE_RULES[2](Hit(None)) is HitLabel.HUMAN
    assert MACHINE_RULES[2](Hit(agent)) is HitLabel.HUMAN

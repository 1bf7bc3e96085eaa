"""Whoever is about to send reserves first."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.delivery.spending import Answer, Prices, Purse
from campaigns.domain.shared.channels import ChannelType

amounts = st.decimals(0, 1_000, places=4)


def test_all_of_the_budget_may_be_spent() -> None:
    purse = Purse(budget=Decimal(10), committed=Decimal("9.99"), reserved=Decimal(0))
    assert purse.answer(Decimal("0.01")) is Answer.GRANTED
    assert purse.answer(Decimal("0.0101")) is Answer.EXHAUSTED


def test_what_others_hold_may_yet_come_back() -> None:
    purse = Purse(budget=Decimal(10), committed=Decimal(10), reserved=Decimal("0.01"))
    assert purse.answer(Decimal(5)) is Answer.LATER


def test_what_costs_nothing_is_never_refused() -> None:
    assert Purse(budget=Decimal(1), committed=Decimal(2), reserved=Decimal(0)).answer(Decimal(0)) is Answer.GRANTED


@given(amounts, amounts, amounts, amounts)
def test_nothing_that_is_granted_exceeds_the_budget(
    budget: Decimal, committed: Decimal, reserved: Decimal, needed: Decimal
) -> None:
    answer = Purse(budget=budget, committed=committed, reserved=reserved).answer(needed)
    assert (answer is Answer.GRANTED) == (needed == 0 or committed + needed <= budget)


@given(st.dictionaries(st.sampled_from(ChannelType), st.integers(0, 10**7)))
def test_a_total_is_exact(messages: dict[ChannelType, int]) -> None:
    prices = Prices({channel: Decimal("0.0001") for channel in ChannelType})
    assert prices.total(messages) * 10_000 == sum(messages.values())


def test_a_channel_without_a_price_is_free() -> None:
    assert Prices({ChannelType.EMAIL: Decimal(0)}).free
    assert Prices({ChannelType.SMS: Decimal("0.05")}).of(ChannelType.EMAIL) == 0

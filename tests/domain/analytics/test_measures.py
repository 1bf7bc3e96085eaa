"""Counts and rates."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.analytics.measures import Counts, percent, rates

COUNTS = Counts(
    impressions=10_000,
    sent=9_800,
    delivered=9_500,
    opened=3_200,
    clicked=850,
    clicked_total=1_000,
    converted=40,
    bounced_hard=150,
    bounced_soft=50,
    unsubscribed=15,
    complained=2,
    revenue={"EUR": Decimal(400)},
    cost={"EUR": Decimal(100)},
)


def test_rates_are_percentages_with_two_decimals() -> None:
    found = rates(COUNTS)
    assert (found.open_rate, found.click_rate, found.bounce_rate) == (
        Decimal("33.68"),
        Decimal("8.95"),
        Decimal("2.04"),
    )
    assert found.delivery_rate == Decimal("96.94")
    assert found.click_to_open_rate == Decimal("26.56")
    assert found.conversion_rate == Decimal("0.42")
    assert (found.unsubscribe_rate, found.complaint_rate) == (Decimal("0.16"), Decimal("0.02"))


def test_money_is_compared_with_clicks_conversions_and_itself() -> None:
    found = rates(COUNTS)
    assert (found.ctr, found.cpc, found.cost_per_conversion) == (Decimal("10.00"), Decimal("0.10"), Decimal("2.50"))
    assert (found.roas, found.roi) == (Decimal("4.00"), Decimal("300.00"))


def test_a_rate_of_nothing_is_unknown_not_zero() -> None:
    nothing = rates(Counts())
    assert all(getattr(nothing, name) is None for name in nothing.__struct_fields__)


def test_currencies_are_not_mixed() -> None:
    found = rates(Counts(clicked_total=5, revenue={"EUR": Decimal(1)}, cost={"USD": Decimal(1)}))
    assert (found.cpc, found.roas, found.roi) == (None, None, None)


def test_cost_alone_is_a_loss() -> None:
    assert rates(Counts(cost={"EUR": Decimal(8)})).roi == Decimal("-100.00")


def test_revenue_alone_has_no_return() -> None:
    found = rates(Counts(revenue={"EUR": Decimal(8)}))
    assert (found.roas, found.roi) == (None, None)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_percentage_is_within_half_a_hundredth(part: int, whole: int) -> None:
    found = percent(part, whole)
    assert found is not None
    assert abs(found - Decimal(part * 100) / whole) <= Decimal("0.005")

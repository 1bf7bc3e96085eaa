"""What a campaign achieved: exact counts, and the rates that follow from them."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct, field

_HUNDREDTH = Decimal("0.01")


class Counts(Struct, frozen=True, kw_only=True):
    """How often each thing happened, by people. Amounts are by currency.

    Machines are counted apart: `machine_opens` are all of theirs, `machine_opened` the messages with at least one.
    """

    impressions: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int = 0
    opened_total: int = 0
    clicked: int = 0
    clicked_total: int = 0
    converted: int = 0
    bounced_hard: int = 0
    bounced_soft: int = 0
    complained: int = 0
    unsubscribed: int = 0
    replied: int = 0
    failed: int = 0
    machine_opens: int = 0
    machine_clicks: int = 0
    machine_opened: int = 0
    machine_clicked: int = 0
    revenue: Mapping[str, Decimal] = field(default_factory=dict)
    cost: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def bounced(self) -> int:
        return self.bounced_hard + self.bounced_soft


class Rates(Struct, frozen=True, kw_only=True):
    """In percent with two decimals, except `cpc`, `cost_per_conversion` (money) and `roas` (a ratio).

    A rate whose denominator is 0 is null, never 0: nothing was tried, so nothing is known. Rates of money are null
    while cost and revenue are in several currencies: see `rates_of_money`, which has them for each.
    """

    delivery_rate: Decimal | None
    open_rate: Decimal | None
    click_rate: Decimal | None
    click_to_open_rate: Decimal | None
    conversion_rate: Decimal | None
    bounce_rate: Decimal | None
    unsubscribe_rate: Decimal | None
    complaint_rate: Decimal | None
    ctr: Decimal | None
    cpc: Decimal | None
    cost_per_conversion: Decimal | None
    roas: Decimal | None
    roi: Decimal | None


def rates(counts: Counts) -> Rates:
    """Every rate of these counts. Opens and clicks are unique ones, but for `ctr` and `cpc`, which count each click."""
    revenue, cost = _in_one_currency(counts)
    return Rates(
        delivery_rate=percent(counts.delivered, counts.sent),
        open_rate=percent(counts.opened, counts.delivered),
        click_rate=percent(counts.clicked, counts.delivered),
        click_to_open_rate=percent(counts.clicked, counts.opened),
        conversion_rate=percent(counts.converted, counts.delivered),
        bounce_rate=percent(counts.bounced, counts.sent),
        unsubscribe_rate=percent(counts.unsubscribed, counts.delivered),
        complaint_rate=percent(counts.complained, counts.delivered),
        ctr=percent(counts.clicked_total, counts.impressions),
        cpc=_ratio(cost, counts.clicked_total),
        cost_per_conversion=_ratio(cost, counts.converted),
        roas=_ratio(revenue, cost),
        roi=None if revenue is None or cost is None else percent(revenue - cost, cost),
    )


class MoneyRates(Struct, frozen=True, kw_only=True):
    """What was paid and earned in one currency."""

    cpc: Decimal | None
    cost_per_conversion: Decimal | None
    roas: Decimal | None
    roi: Decimal | None


def rates_of_money(counts: Counts) -> Mapping[str, MoneyRates]:
    """By currency; several currencies are never added. A cost that is not known in a currency gives no rate in it."""
    return {
        currency: _money_rates(counts, counts.revenue.get(currency, Decimal(0)), counts.cost.get(currency))
        for currency in sorted(counts.revenue.keys() | counts.cost.keys())
    }


def _money_rates(counts: Counts, revenue: Decimal, cost: Decimal | None) -> MoneyRates:
    return MoneyRates(
        cpc=_ratio(cost, counts.clicked_total),
        cost_per_conversion=_ratio(cost, counts.converted),
        roas=_ratio(revenue, cost),
        roi=None if cost is None else percent(revenue - cost, cost),
    )


def percent(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Hundredths of the whole, rounded half up to two decimals; None of nothing."""
    return _ratio(part * 100, whole)


def _ratio(part: int | Decimal | None, whole: int | Decimal | None) -> Decimal | None:
    if part is None or not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def _in_one_currency(counts: Counts) -> tuple[Decimal | None, Decimal | None]:
    """(revenue, cost) when they can be compared, with 0 where one is unknown; (None, None) otherwise."""
    currencies = counts.revenue.keys() | counts.cost.keys()
    if len(currencies) != 1:
        return None, None
    (currency,) = currencies
    return counts.revenue.get(currency, Decimal(0)), counts.cost.get(currency, Decimal(0))

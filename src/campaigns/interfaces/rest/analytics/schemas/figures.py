"""Figures of a campaign as they travel."""

from datetime import date, datetime
from uuid import UUID

from campaigns.interfaces.rest.wire import View

Figure = int | float | None | dict[str, str]


class MoneyView(View, frozen=True, kw_only=True):
    """Rates within one currency; null where the cost is not known, or nothing was clicked or converted."""

    cpc: float | None
    cost_per_conversion: float | None
    roas: float | None
    roi: float | None


class PartView(View, frozen=True, kw_only=True):
    """One part of a breakdown, or one hour or day of a series, in the campaign's zone."""

    variant_id: str | None
    variant: str | None
    channel: str | None
    segment_id: UUID | None
    segment: str | None
    execution_id: UUID | None
    hour: datetime | None
    day: date | None
    metrics: dict[str, Figure]
    money: dict[str, MoneyView]


class EstimateView(View, frozen=True, kw_only=True):
    """A figure and its 95 % interval, for one look; a limit is null where nothing bounds the figure."""

    value: float
    low: float | None
    high: float | None


class AddedRevenueView(View, frozen=True, kw_only=True):
    """Money: `difference` is a person's, `total` that of everybody with messages. `relative` is in percent."""

    difference: EstimateView
    relative: EstimateView | None
    total: EstimateView
    p_value: float


class LiftView(View, frozen=True, kw_only=True):
    """People with messages against the holdout: conversion rates in percent, their difference in points and its 95 %
    interval. `relative` is in percent of the holdout's rate, `conversions` are those that messages added, `revenue` is
    compared by currency. P-values hold at every look.
    """

    treated_rate: float
    holdout_rate: float
    difference: float
    low: float | None
    high: float | None
    relative: EstimateView | None
    conversions: EstimateView
    p_value: float
    revenue: dict[str, AddedRevenueView]


class CampaignMetricsView(View, frozen=True, kw_only=True):
    """Counts are exact; rates are in percent and null where nothing was tried. `money` has the rates of each currency.

    Who is in several segments counts in each: the parts of a breakdown by segment may add up to more than the whole.
    """

    campaign_id: UUID
    audience: int
    holdout: int
    totals: dict[str, Figure]
    money: dict[str, MoneyView]
    lift: LiftView | None
    breakdown: list[PartView] | None
    series: list[PartView] | None
    zone: str


class VariantStats(View, frozen=True, kw_only=True):
    variant_id: str
    name: str | None
    sent_count: int
    delivered_count: int
    opened_count: int
    clicked_count: int
    open_rate: float | None
    click_rate: float | None
    is_winner: bool = False


class CampaignStatsView(View, frozen=True, kw_only=True):
    campaign_id: UUID
    total_recipients: int
    sent_count: int
    delivered_count: int
    opened_count: int
    clicked_count: int
    bounced_count: int
    unsubscribed_count: int
    complaint_count: int
    failed_count: int
    converted_count: int
    delivery_rate: float | None
    open_rate: float | None
    click_rate: float | None
    bounce_rate: float | None
    unsubscribe_rate: float | None
    complaint_rate: float | None
    variants: list[VariantStats]

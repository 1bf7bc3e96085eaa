"""Figures, reports and feedback as they travel."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from campaigns.application.analytics.reporting import Conversion, MetricReport
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.money import Money
from campaigns.interfaces.rest.wire import Body, Count, Name, Str, Text, UtcInstant, View, utc

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


class LiftView(View, frozen=True, kw_only=True):
    """Conversion rates in percent, their difference in points and its 95 % interval."""

    treated_rate: float
    holdout_rate: float
    difference: float
    low: float
    high: float


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


class HitsView(View, frozen=True, kw_only=True):
    """Messages with at least one hit, and all hits; by people and by machines."""

    people: int
    people_total: int
    machines: int
    machines_total: int


class VariantHitsView(View, frozen=True, kw_only=True):
    variant_id: str | None
    variant: str | None
    opened: HitsView
    clicked: HitsView


class RulesView(View, frozen=True, kw_only=True):
    """The hits under one version of the rules. `folded_at` is null for those that stand: they are always up to date."""

    rules: int
    standing: bool
    folded_at: datetime | None
    variants: list[VariantHitsView]


class RulesComparedView(View, frozen=True, kw_only=True):
    """The same hits under each version of the rules that was scored; the standing one first."""

    campaign_id: UUID
    versions: list[RulesView]


class CreditedView(View, frozen=True, kw_only=True):
    """What one variant of one execution is credited with; several messages may share one conversion."""

    execution_id: UUID
    variant_id: str | None
    variant: str | None
    conversions: str
    revenue: dict[str, str]


class AttributionView(View, frozen=True, kw_only=True):
    """`credited` conversions were led to by a message within the window; the parts sum to them exactly."""

    campaign_id: UUID
    model: str
    window_days: int
    standing_model: str
    standing_window_days: int
    conversions: int
    credited: int
    held_out: int
    uncredited: int
    parts: list[CreditedView]


class NewReport(Body, frozen=True, kw_only=True):
    """Figures that came together since the report before; the same `report_id` counts once."""

    report_id: Name
    at: UtcInstant | None = None
    channel: ChannelType | None = None
    impressions: Count = 0
    clicks: Count = 0
    conversions: Count = 0
    revenue: Money | None = None
    cost: Money | None = None

    def report(self, now: datetime) -> MetricReport:
        return MetricReport(
            report_id=self.report_id,
            at=utc(self.at or now),
            channel=self.channel,
            impressions=self.impressions,
            clicks=self.clicks,
            conversions=self.conversions,
            revenue=self.revenue,
            cost=self.cost,
        )


class ReportTaken(View, frozen=True, kw_only=True):
    report_id: str
    new: bool


class NewEvent(Body, frozen=True, kw_only=True):
    """Something a person did; the same `event_id` counts once."""

    event_id: Name
    event_type: Name
    user_id: Name
    at: UtcInstant | None = None
    value: Decimal | None = None
    currency: Annotated[str, Meta(min_length=3, max_length=3)] | None = None
    campaign_id: UUID | None = None
    data: dict[str, Str | int | float | bool | None] | None = None

    def conversion(self, now: datetime) -> Conversion:
        return Conversion(
            event_id=self.event_id,
            user_id=self.user_id,
            event_type=self.event_type,
            at=utc(self.at or now),
            value=self.value,
            currency=self.currency,
            campaign_id=self.campaign_id,
        )


class EventsTaken(View, frozen=True, kw_only=True):
    """`new` of `received` events had not been seen before."""

    received: int
    new: int


class ProviderEvent(Body, frozen=True, kw_only=True, omit_defaults=True):
    """What a provider says of one message. `message_id` is the one it was given with the message."""

    message_id: Name
    type: Literal["delivered", "bounced", "opened", "clicked", "complained", "unsubscribed", "replied"]
    event_id: Name | None = None
    at: UtcInstant | None = None
    bounce_type: Literal["hard", "soft"] | None = None
    reason: Text | None = None
    url: Text | None = None
    user_agent: Text | None = None


class ProviderEvents(Body, frozen=True, kw_only=True, omit_defaults=True):
    events: Annotated[list[ProviderEvent], Meta(min_length=1, max_length=1_000)]


class FeedbackAnswer(View, frozen=True, kw_only=True):
    """`unknown` are the message ids that are not known here; `kept` reports wait until the database is back."""

    accepted: int
    unknown: list[str]
    kept: int = 0


class UnreadableView(View, frozen=True, kw_only=True):
    """Where in the post it stands, and what is wrong with it."""

    pointer: str
    message: str


class WebhookAnswer(View, frozen=True, kw_only=True):
    """Events taken; `kept` until the database is back; about mails of others (`foreign`); and what cannot be read."""

    accepted: int
    kept: int
    foreign: int
    unreadable: list[UnreadableView]

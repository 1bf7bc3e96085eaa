"""What others counted or saw, as they report it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from campaigns.application.analytics.reporting import Conversion, MetricReport
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.money import Money
from campaigns.interfaces.rest.wire import Body, Count, Name, Str, UtcInstant, View, utc


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


EventContents = dict[str, Str | int | float | bool | None]
"""What an event says, by name."""


class NewEvent(Body, frozen=True, kw_only=True):
    """Something a person did; the same `event_id` counts once."""

    event_id: Name
    event_type: Name
    user_id: Name
    at: UtcInstant | None = None
    value: Decimal | None = None
    currency: Annotated[str, Meta(min_length=3, max_length=3)] | None = None
    campaign_id: UUID | None = None
    data: EventContents | None = None

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

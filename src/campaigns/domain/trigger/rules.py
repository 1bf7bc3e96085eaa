"""What a campaign's triggers say, in the words of this context."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from campaigns.domain.shared.criteria import Criteria, parse
from campaigns.domain.shared.ids import CampaignId, TriggerId

USER_LOCAL = "user_local"


class QuietHours(Struct, frozen=True, kw_only=True):
    """From `start_hour` until before `end_hour` of a wall clock nobody is disturbed; it may pass midnight."""

    start_hour: int
    end_hour: int
    timezone: str = USER_LOCAL
    policy: Literal["hold", "skip"] = "hold"


class WrittenTrigger(Struct, frozen=True, kw_only=True):
    """A trigger as the campaign has it: delay in minutes, frequency window in hours."""

    trigger_id: TriggerId
    event_type: str
    criteria: dict[str, Any] | None = None
    delay_minutes: int = 0
    frequency_limit: int | None = 1
    frequency_window_hours: int = 24
    quiet_hours: QuietHours | None = None
    enabled: bool = True


class TriggerOrders(Struct, frozen=True, kw_only=True):
    """One campaign's triggers, with what of the campaign decides about them. `audience` as the campaign writes it."""

    zone: str = "UTC"
    starts_at: datetime | None = None
    holdout_percentage: Decimal = Decimal(0)
    audience: dict[str, Any] | None = None
    triggers: tuple[WrittenTrigger, ...] = ()


class TriggerRule(Struct, frozen=True, kw_only=True):
    """One trigger, ready to be asked. `zone` is what `user_local` falls back to. No frequency limit: none."""

    trigger_id: TriggerId
    campaign_id: CampaignId
    event_type: str
    criteria: Criteria | None
    delay: timedelta
    frequency_limit: int | None
    frequency_window: timedelta
    quiet_hours: QuietHours | None
    zone: str
    starts_at: datetime | None = None


def rules_of(campaign_id: CampaignId, orders: TriggerOrders) -> tuple[TriggerRule, ...]:
    """The enabled triggers, in their order."""
    return tuple(_rule(campaign_id, orders, written) for written in orders.triggers if written.enabled)


def _rule(campaign_id: CampaignId, orders: TriggerOrders, written: WrittenTrigger) -> TriggerRule:
    return TriggerRule(
        trigger_id=written.trigger_id,
        campaign_id=campaign_id,
        event_type=written.event_type,
        criteria=None if written.criteria is None else parse(written.criteria),
        delay=timedelta(minutes=written.delay_minutes),
        frequency_limit=written.frequency_limit,
        frequency_window=timedelta(hours=written.frequency_window_hours),
        quiet_hours=written.quiet_hours,
        zone=orders.zone,
        starts_at=orders.starts_at,
    )

"""Rules and events to decide about."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.ids import CampaignId, TriggerId, UserId
from campaigns.domain.trigger.events import OutsideEvent
from campaigns.domain.trigger.rules import QuietHours, TriggerRule

NOON = datetime(2027, 3, 10, 12, 0, tzinfo=UTC)
NIGHT = QuietHours(start_hour=22, end_hour=7)


def a_rule(criteria: dict[str, Any] | None = None, **more: Any) -> TriggerRule:
    given: dict[str, Any] = {
        "trigger_id": TriggerId(uuid4()),
        "campaign_id": CampaignId(UUID(int=1)),
        "event_type": "signed_up",
        "criteria": None if criteria is None else parse(criteria),
        "delay": timedelta(),
        "frequency_limit": None,
        "frequency_window": timedelta(hours=24),
        "quiet_hours": None,
        "zone": "UTC",
    }
    return TriggerRule(**given | more)


def an_event(at: datetime = NOON, event_type: str = "signed_up", user_id: str = "u1", **data: Any) -> OutsideEvent:
    return OutsideEvent(1, "e1", event_type, UserId(user_id), at, data)

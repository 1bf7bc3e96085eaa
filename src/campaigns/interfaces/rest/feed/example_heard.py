"""One believable body for each subject that is listened to: the examples of the contract."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from campaigns.domain.shared.channels import ChannelType
from campaigns.interfaces.nats.notifications import Metadata, NotificationEvent
from campaigns.interfaces.nats.people import UserCreatedEvent, UserDeletedEvent, UserPreferencesUpdatedEvent
from campaigns.interfaces.nats.stored_events import StoredEvent
from campaigns.interfaces.nats.tasks import TaskExecutedEvent

_OURS = Metadata(message_id="17-4711")
_PLAIN = NotificationEvent(metadata=_OURS)

HEARD: Mapping[str, Any] = {
    "notification.delivered": _PLAIN,
    "notification.failed": NotificationEvent(metadata=_OURS, error_message="no such number"),
    "notification.bounced": NotificationEvent(metadata=_OURS, bounce_type="hard", reason="550 5.1.1 no such user"),
    "notification.opened": NotificationEvent(metadata=_OURS, user_agent="Mozilla/5.0 (iPhone)"),
    "notification.clicked": NotificationEvent(metadata=_OURS, link_url="https://shop.example/new-year"),
    "notification.complained": _PLAIN,
    "notification.unsubscribed": _PLAIN,
    "notification.replied": _PLAIN,
    "user.created": UserCreatedEvent(
        user_id="u-1017",
        email="ann@people.example",
        first_name="Ann",
        locale="de",
        timezone="Europe/Berlin",
        attributes={"plan": "gold"},
    ),
    "user.preferences.updated": UserPreferencesUpdatedEvent(
        user_id="u-1017",
        channels={ChannelType.EMAIL: True, ChannelType.SMS: False},
        topics={"offers": True, "events": False},
    ),
    "user.deleted": UserDeletedEvent(user_id="u-1017"),
    "task.executed": TaskExecutedEvent(task_id="task-4711"),
    "task.executed.campaign": TaskExecutedEvent(task_id="task-4711"),
    "event.stored": StoredEvent(
        event_type="order.completed",
        user_id="u-1017",
        event_id="order-88",
        value=Decimal("59.90"),
        currency="EUR",
        data={"items": 2},
    ),
}

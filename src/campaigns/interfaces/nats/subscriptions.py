"""Every subject this service listens to. A context adds a line here and its handler beside this file."""

from typing import Any

from campaigns.interfaces.nats.notifications import NotificationEvent, feedback_from
from campaigns.interfaces.nats.people import (
    UserCreatedEvent,
    UserDeletedEvent,
    UserPreferencesUpdatedEvent,
    arrivals_from,
    erasures_from,
    preferences_from,
)
from campaigns.interfaces.nats.received import Subscription
from campaigns.interfaces.nats.stored_events import StoredEvent, events_from
from campaigns.interfaces.nats.tasks import TaskExecutedEvent, starts_from

SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (
    Subscription(subject="notification.delivered", body=NotificationEvent, commands=feedback_from),
    Subscription(subject="notification.failed", body=NotificationEvent, commands=feedback_from),
    Subscription(subject="notification.bounced", body=NotificationEvent, commands=feedback_from),
    Subscription(subject="notification.opened", body=NotificationEvent, commands=feedback_from),
    Subscription(subject="notification.clicked", body=NotificationEvent, commands=feedback_from),
    Subscription(subject="notification.complained", body=NotificationEvent, commands=feedback_from),
    Subscription(subject="notification.unsubscribed", body=NotificationEvent, commands=feedback_from),
    Subscription(subject="notification.replied", body=NotificationEvent, commands=feedback_from),
    Subscription(subject="user.created", body=UserCreatedEvent, commands=arrivals_from),
    Subscription(subject="user.preferences.updated", body=UserPreferencesUpdatedEvent, commands=preferences_from),
    Subscription(
        subject="task.executed", body=TaskExecutedEvent, commands=starts_from, also=("task.executed.campaign",)
    ),
    Subscription(subject="user.deleted", body=UserDeletedEvent, commands=erasures_from),
    Subscription(subject="event.stored", body=StoredEvent, commands=events_from),
)

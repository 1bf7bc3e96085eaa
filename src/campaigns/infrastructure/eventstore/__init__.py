"""Event sourcing for the adapters: record, load, follow."""

from campaigns.infrastructure.eventstore.claims import Claims
from campaigns.infrastructure.eventstore.follower import Follower
from campaigns.infrastructure.eventstore.log import EventLog
from campaigns.infrastructure.eventstore.news import News
from campaigns.infrastructure.eventstore.recorded import Metadata, Recorded
from campaigns.infrastructure.eventstore.store import EventStore
from campaigns.infrastructure.eventstore.topics import Topics, Upcaster

__all__ = [
    "Claims",
    "EventLog",
    "EventStore",
    "Follower",
    "Metadata",
    "News",
    "Recorded",
    "Topics",
    "Upcaster",
]

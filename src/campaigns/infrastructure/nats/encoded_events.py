"""Events as they leave: encoded, alone or up to a hundred of one kind in a message."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.infrastructure.nats.batch import Publication
from campaigns.infrastructure.nats.cloud_events import (
    BATCH_CONTENT_TYPE,
    EVENT_CONTENT_TYPE,
    encoded,
    traceparent,
)
from campaigns.infrastructure.nats.named_messages import HEADER, named

BATCH = 100


class EncodedEvent(Struct, frozen=True, gc=False):
    """An event's bytes, and what its envelope says of where it goes; see `CloudEvent`."""

    id: str
    type: str
    subject: str
    correlation_id: str
    sequence: int
    payload: bytes


Make = Callable[[Sequence[EncodedEvent], str], list[Publication]]


def encoded_event(event: CloudEvent) -> EncodedEvent:
    return EncodedEvent(event.id, event.type, event.subject, event.correlationid, event.sequence, encoded(event))


def one_by_one(events: Sequence[EncodedEvent], prefix: str) -> list[Publication]:
    """Each event as a message of its own, under its type with the configured prefix."""
    return [_publication(event, event.payload, event.id, EVENT_CONTENT_TYPE, prefix) for event in events]


def batches(events: Sequence[EncodedEvent], prefix: str) -> list[Publication]:
    """Up to a hundred events of one append, campaign and type to a message: the same events, the same batches."""
    groups: dict[tuple[int, str, str], list[EncodedEvent]] = defaultdict(list)
    for event in events:
        groups[event.sequence, event.subject, event.type].append(event)
    return [
        _batch(group[start : start + BATCH], prefix)
        for group in groups.values()
        for start in range(0, len(group), BATCH)
    ]


def subject_of(wire_name: str, prefix: str) -> str:
    """`campaign.execution.started` with prefix `acme` is `acme.execution.started`."""
    return prefix + wire_name.removeprefix("campaign")


def _batch(events: Sequence[EncodedEvent], prefix: str) -> Publication:
    payload = b"[" + b",".join([event.payload for event in events]) + b"]"
    ids = [event.id for event in events]
    digest = blake2b("\n".join(ids).encode(), digest_size=16).hexdigest()
    made = _publication(events[0], payload, f"batch.{digest}", BATCH_CONTENT_TYPE, prefix)
    return replace(made, headers={**made.headers, HEADER: says}) if (says := named(ids)) else made


def _publication(first: EncodedEvent, payload: bytes, message_id: str, kind: str, prefix: str) -> Publication:
    return Publication(
        subject=subject_of(first.type, prefix),
        payload=payload,
        message_id=message_id,
        headers={"content-type": kind, "traceparent": traceparent(first.correlation_id, first.id)},
    )

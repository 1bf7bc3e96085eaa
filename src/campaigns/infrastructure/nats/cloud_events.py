"""CloudEvents 1.0: what is the same in every envelope of ours, and the headers beside it."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from campaigns.application.shared.cloud_event import CloudEvent

EVENT_CONTENT_TYPE = "application/cloudevents+json"
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"
SOURCE = "/campaigns"

_encoder = msgspec.json.Encoder()


def cloud_event(
    *,
    id: str,  # noqa: A002 - the attribute's name
    type: str,  # noqa: A002
    subject: str,
    time: datetime,
    tenant_id: str,
    correlation_id: str,
    sequence: int,
    data: Any,
    causation_id: str | None = None,
) -> CloudEvent:
    """An envelope with what is the same for all of them filled in."""
    return CloudEvent(
        specversion="1.0",
        id=id,
        source=SOURCE,
        type=type,
        subject=subject,
        time=time,
        datacontenttype="application/json",
        dataschema=f"urn:campaigns:event:{type}:1",
        tenantid=tenant_id,
        correlationid=correlation_id,
        causationid=causation_id,
        sequence=sequence,
        data=data,
    )


def encoded(event: CloudEvent | Sequence[CloudEvent]) -> bytes:
    """One event, or the batched mode for several."""
    return _encoder.encode(event)


def traceparent(correlation_id: str, event_id: str) -> str:
    """W3C trace context: the correlation is the trace, the event its parent span; the same for the same ids."""
    trace = blake2b(correlation_id.encode(), digest_size=16).hexdigest()
    span = blake2b(event_id.encode(), digest_size=8).hexdigest()
    return f"00-{trace}-{span}-01"

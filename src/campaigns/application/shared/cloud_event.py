"""CloudEvents 1.0: the envelope every piece of news travels in, over NATS and in the feed."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class CloudEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event in the JSON event format. `sequence` is the feed position (for messages: the append number)."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    dataschema: str
    tenantid: str
    correlationid: str
    sequence: int
    data: Any
    causationid: str | None = None

"""What people did outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from campaigns.domain.shared.ids import UserId

OF_EVENT = "event."
"""Conditions name what the event says as `event.<name>`; every other field is the person's."""


class OutsideEvent(Struct, frozen=True, gc=False):
    """One thing that one person did. `data` is what the event says: texts, numbers, truths by name."""

    event_no: int
    event_id: str
    event_type: str
    user_id: UserId
    at: datetime
    data: Mapping[str, Any]

"""What every recorded fact has in common."""

from datetime import datetime

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True):
    """A fact: when it happened (UTC) and which principal brought it about. Its name and shape are for ever."""

    at: datetime
    by: str

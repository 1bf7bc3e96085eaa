"""The campaign's own limits on when and how fast messages leave."""

from datetime import time
from typing import Literal

from msgspec import Struct

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Throttle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so many messages in any minute, hour and day; None is no limit."""

    per_minute: int | None = None
    per_hour: int | None = None
    per_day: int | None = None


class FrequencyCap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so many messages to one person in any stretch of so many days, all campaigns of the tenant together."""

    messages: int
    days: int


LONGEST_CAP_DAYS = 30
"""How far back contacts are remembered."""


class SendWindow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wall-clock hours of some weekdays, in the schedule's zone; `end` is exclusive and after `start`."""

    days: tuple[Weekday, ...]
    start: time
    end: time

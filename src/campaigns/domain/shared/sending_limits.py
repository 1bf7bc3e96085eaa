"""The campaign's own limits on when and how fast messages leave."""

from datetime import time
from typing import Literal

from msgspec import Struct

from campaigns.domain.shared.channels import ChannelType

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Throttle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so many messages in any minute, hour and day; None is no limit."""

    per_minute: int | None = None
    per_hour: int | None = None
    per_day: int | None = None


class FrequencyCap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """At most so many messages to one person in any stretch of so many days, all campaigns of the tenant together.

    With a `channel` only that channel's messages count, and only that channel is closed to who has had enough; with a
    `campaign_type` only campaigns of that type count, and only they are held to it.
    """

    messages: int
    days: int
    channel: ChannelType | None = None
    campaign_type: str | None = None


LONGEST_CAP_DAYS = 30
"""How far back contacts are remembered."""


def longest_cap(retention_days: int) -> int:
    """How many days a cap may look back: no longer than ended executions stay in the ledger (0: for ever)."""
    return min(LONGEST_CAP_DAYS, retention_days or LONGEST_CAP_DAYS)


class SendWindow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wall-clock hours of some weekdays, in the schedule's zone; `end` is exclusive and after `start`."""

    days: tuple[Weekday, ...]
    start: time
    end: time

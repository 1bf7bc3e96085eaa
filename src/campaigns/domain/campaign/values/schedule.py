"""When a campaign is to run."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from campaigns.domain.shared.ids import RuleId
from campaigns.domain.shared.sending_limits import SendWindow

Instant = Annotated[datetime, Meta(tz=True)]
"""A moment that everyone agrees on: without an offset it is refused."""


class Misfire(StrEnum):
    """What becomes of a planned start whose time passed unnoticed: it is made up for, let go, or only the last is."""

    SEND = "send"
    SKIP = "skip"
    LATEST = "latest"


class ScheduleFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`cron` or `frequency` speak in the wall clock of `timezone` (an IANA name).

    At the recipient's local time that wall clock is each person's own; `timezone` is for those whose zone is unknown.
    """

    at: Instant | None = None
    cron: str | None = None
    frequency: Literal["once", "daily", "weekly", "monthly"] | None = None
    timezone: str = "UTC"
    at_recipient_local_time: bool = False
    exclude_weekends: bool = False
    misfire: Misfire = Misfire.SEND
    max_lateness_minutes: int = 60
    scheduling_rules: tuple[RuleId, ...] = ()


class Schedule(ScheduleFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    windows: tuple[SendWindow, ...] = ()

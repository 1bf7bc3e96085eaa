"""When campaigns act."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.values import Mode, Schedule, Status
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import CampaignId, RuleId, TenantId
from campaigns.domain.shared.rule_hours import RuleHours


class SchedulingRules(Protocol):
    """When others let a run begin. DependencyDownError, never a guess."""

    async def problems(self, caller: Caller, rule_ids: Sequence[RuleId]) -> tuple[Violation, ...]:
        """One violation per unusable rule, at `/schedule/scheduling_rules/<n>`."""

    async def hours(self, caller: Caller, rule_ids: Sequence[RuleId]) -> tuple[RuleHours, ...]:
        """What each of them says now. DependencyDownError also when one of them is gone or disabled meanwhile."""


class Recurrence(Protocol):
    """Cron expressions in the wall clock of a zone, fixed times firing once on days that change the clock."""

    def problem(self, expression: str, timezone: str) -> str | None:
        """Why the expression cannot be used (unreadable, too often, never), as a sentence; None when it can."""

    def next_after(self, schedule: Schedule, anchor: datetime, after: datetime) -> datetime | None:
        """The first planned instant (UTC) strictly after `after`; None when there is none.

        `anchor` gives a frequency its time of day, weekday and day of the month.
        """

    def wall_times(self, schedule: Schedule, anchor: datetime, day: date) -> tuple[datetime, ...]:
        """What the schedule says for a day (naive), as if no clock were ever changed."""


class SendingHours(Protocol):
    """When a schedule's windows let messages leave."""

    def first_open(self, schedule: Schedule, at: datetime) -> datetime | None:
        """The first open instant (UTC) at or after `at`, by the clock that shows a time first; None when never."""


class TimetableEntry(Struct, frozen=True, kw_only=True):
    """A campaign that time alone may move. `planned_until` is the last instant already answered for.

    `anchor` gives a frequency its time of day, weekday and day of the month; it stays the same.
    """

    tenant_id: TenantId
    campaign_id: CampaignId
    mode: Mode
    status: Status
    starts_at: datetime | None
    ends_at: datetime | None
    schedule: Schedule | None
    planned_until: datetime | None
    anchor: datetime | None = None


class Timetable(Protocol):
    """Across all tenants: whose time has come."""

    def coming(self) -> AsyncIterator[TimetableEntry]:
        """Everything that is scheduled, and every live recurring campaign."""

    def due(self, now: datetime) -> AsyncIterator[TimetableEntry]:
        """Scheduled campaigns past their start, live ones past their end, and every live recurring one."""

"""What campaigns ask of the world around them."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.events import CampaignEvent
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.values import AudienceDefinition, Mode, Schedule, Status
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import CampaignId, RuleId, TenantId
from campaigns.domain.shared.rule_hours import RuleHours

Placed = tuple[str, Channel]
"""A channel and the JSON pointer of its place in the definition."""


class Campaigns(Protocol):
    """The campaigns of the caller's tenant, deleted ones included."""

    async def get(self, campaign_id: UUID, caller: Caller, expected_version: int | None = None) -> Campaign:
        """The present state. NotFoundError; StaleVersionError when `expected_version` is no longer the present one."""

    async def newest(self, campaign_id: UUID, caller: Caller) -> Campaign:
        """Like `get`, and sees what any process recorded until now."""

    async def as_of(
        self, campaign_id: UUID, caller: Caller, *, version: int | None = None, at: datetime | None = None
    ) -> Campaign:
        """As it was after that version, or at that instant. NotFoundError when it did not exist yet."""

    async def record(self, before: Campaign | None, events: Sequence[CampaignEvent], caller: Caller) -> Receipt:
        """Record what was decided, and with it the claims on its name and on a running slot, all or nothing.

        ConflictError when somebody recorded first, NameTakenError, LimitError (too many run already).
        No events: nothing happens, and the receipt names the present version.
        """


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """One recorded fact, for people who ask who did what and when. `position` is its place in the feed."""

    version: int
    event: str
    at: datetime
    by: str
    position: int
    correlation_id: str
    causation_id: str | None
    details: Any


class CampaignHistory(Protocol):
    """What happened to a campaign."""

    async def entries(self, campaign_id: UUID, caller: Caller) -> Sequence[HistoryEntry]:
        """Everything, oldest first. NotFoundError."""


class CampaignSummary(Struct, frozen=True, kw_only=True):
    """One line of a list."""

    id: CampaignId
    name: str
    description: str | None
    type: str
    mode: Mode
    status: Status
    approval: str
    version: int
    channels: tuple[str, ...]
    tags: tuple[str, ...]
    start_date: datetime | None
    end_date: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime


SortField = Literal["created_at", "updated_at", "name", "start_date", "status"]


class CampaignFilter(Struct, frozen=True, kw_only=True):
    """Every condition given must hold; several values of one condition are alternatives. `search` is part of a text."""

    statuses: tuple[Status, ...] = ()
    types: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()
    channels: tuple[ChannelType, ...] = ()
    tags: tuple[str, ...] = ()
    created_by: str | None = None
    search: str | None = None


class CampaignPage(Struct, frozen=True, kw_only=True):
    """`total` counts everything that matches; `next_cursor` is None on the last page."""

    campaigns: tuple[CampaignSummary, ...]
    total: int
    has_more: bool
    next_cursor: str | None


class CampaignListing(Protocol):
    """Lists of campaigns, at most a second behind; deleted ones are not shown."""

    async def page(
        self,
        caller: Caller,
        wanted: CampaignFilter,
        *,
        sort: SortField,
        descending: bool,
        limit: int,
        offset: int,
        cursor: str | None,
    ) -> CampaignPage:
        """One page. InvalidError naming /cursor when it was not made for this sort."""


class ContentChecks(Protocol):
    """Whether what the channels say can be rendered."""

    async def problems(self, caller: Caller, channels: Sequence[Placed]) -> tuple[Violation, ...]:
        """Everything wrong with texts and stored templates, below each channel's pointer. DependencyDownError."""


class RuleChecks(Protocol):
    """Whether targeting rules exist and are enabled."""

    async def problems(self, caller: Caller, rule_ids: Sequence[RuleId]) -> tuple[Violation, ...]:
        """One violation per unusable rule, at `/audience/targeting_rules/<n>`. DependencyDownError, never a guess."""


class SchedulingRules(Protocol):
    """When others let a run begin. DependencyDownError, never a guess."""

    async def problems(self, caller: Caller, rule_ids: Sequence[RuleId]) -> tuple[Violation, ...]:
        """One violation per unusable rule, at `/schedule/scheduling_rules/<n>`."""

    async def hours(self, caller: Caller, rule_ids: Sequence[RuleId]) -> tuple[RuleHours, ...]:
        """What each of them says now. DependencyDownError also when one of them is gone or disabled meanwhile."""


class AudienceSizes(Protocol):
    """How many people an audience comes to now."""

    async def size(self, caller: Caller, campaign_id: UUID, audience: AudienceDefinition) -> int:
        """People after exclusions, before suppression and holdout. InvalidError (unknown segment),
        DependencyDownError.
        """


class AddressPolicy(Protocol):
    """Which addresses outside may be called."""

    def problem(self, url: str) -> str | None:
        """Why this URL is not called, as a sentence; None when it may be."""


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


class Limits(Protocol):
    """What this tenant's campaigns may use."""

    async def of(self, caller: Caller) -> CampaignLimits: ...


class CampaignFigures(Protocol):
    """What campaigns achieved so far."""

    async def totals(self, campaign_id: UUID, caller: Caller) -> dict[str, Any]:
        """Measures by name (sent, delivered, opened …), as JSON values, at most a second behind."""

    async def sent(self, campaign_id: UUID, caller: Caller) -> int:
        """Messages handed over so far."""


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


class PlannedTask(Struct, frozen=True, kw_only=True):
    """A planned instant that somebody else may ring for."""

    tenant_id: TenantId
    campaign_id: CampaignId
    planned_for: datetime


class OrderedTask(PlannedTask, frozen=True, kw_only=True):
    """It was ordered, and is known there by `task_id`."""

    task_id: str


class TaskService(Protocol):
    """Rings at planned instants, by events. DependencyDownError when it is away or answers otherwise than it should."""

    async def order(self, task: PlannedTask) -> str:
        """Its name for the task; the same order again is the same task."""

    async def withdraw(self, task: OrderedTask) -> None:
        """It will not ring; nothing happens when it does not know the task any more."""


class OrderedTasks(Protocol):
    """What was ordered, across all tenants."""

    async def ordered(self) -> Sequence[OrderedTask]: ...

    async def get(self, tenant_id: TenantId, task_id: str) -> OrderedTask:
        """TaskNotFoundError."""

    async def add(self, task: PlannedTask, task_id: str) -> None: ...

    async def forget(self, task: OrderedTask, now: datetime) -> None:
        """One that is to come at once; one whose time has come after a week, since it may ring late."""


class Timetable(Protocol):
    """Across all tenants: whose time has come."""

    def coming(self) -> AsyncIterator[TimetableEntry]:
        """Everything that is scheduled, and every live recurring campaign."""

    def due(self, now: datetime) -> AsyncIterator[TimetableEntry]:
        """Scheduled campaigns past their start, live ones past their end, and every live recurring one."""

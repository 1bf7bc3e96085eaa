"""Where a campaign stands, and what it accepts there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from msgspec import Struct

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.errors import CampaignNotFoundError, TransitionError
from campaigns.domain.campaign.transitions import Action, allows
from campaigns.domain.campaign.values import Approval, DrawnShares, ExperimentOutcome, Misfire, Mode, Status, Totals
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.domain.shared.wall_clocks import SPREAD

ON_TIME = timedelta(minutes=1)
"""A start this late is not late: whoever watches the clock looks at it now and then."""


class Standing(Struct, frozen=True, kw_only=True):
    """A campaign without its decisions. `reason` says why it has its status; `last_planned` is the last planned
    instant that was answered for; `approved_content` is the hash of what was approved; `tests` says by execution what
    became of its test.
    """

    id: CampaignId
    tenant_id: TenantId
    version: int
    definition: Definition
    created_by: str
    created_at: datetime
    updated_at: datetime
    status: Status = Status.DRAFT
    approval: Approval = Approval.NONE
    approved_content: str | None = None
    authors: frozenset[str] = frozenset()
    paused_from: Status = Status.DRAFT
    reason: str | None = None
    execution_id: UUID | None = None
    activated_at: datetime | None = None
    last_planned: datetime | None = None
    launched: bool = False
    deleted: bool = False
    cloned_from: UUID | None = None
    totals: Totals | None = None
    tests: Mapping[UUID, ExperimentOutcome] = {}
    drawn: DrawnShares | None = None

    def allowed_actions(self) -> tuple[Action, ...]:
        """The commands that the present status and mode accept, in the order of a campaign's life."""
        return () if self.deleted else _accepted(self.status, self.definition.mode, self.approval)

    def require_existing(self) -> None:
        """A deleted campaign is no longer there for anybody."""
        if self.deleted:
            raise CampaignNotFoundError(f"There is no campaign {self.id}.")

    def require_awaiting(self, planned_for: datetime) -> None:
        """Refuse unless the run planned for this instant is still to be answered for."""
        self.require(Action.START)
        if not self.awaits(planned_for):
            raise self.refusal(f"no start is planned for {planned_for.isoformat()}")

    def require(self, action: Action) -> None:
        """Refuse what the present status does not accept, naming what it does; costs no question to the outside."""
        self.require_existing()
        if not self.allows(action):
            article = "an" if self.status is Status.ACTIVE else "a"
            named = f"{article} {self.status} campaign of mode {self.definition.mode}"
            raise self.refusal(f"{named} does not accept {action}")

    def refusal(self, why: str) -> TransitionError:
        """The refusal, with what is allowed instead."""
        allowed = tuple(self.allowed_actions())
        return TransitionError(f"{why}; allowed: {', '.join(allowed) or 'nothing'}", allowed)

    def allows(self, action: Action) -> bool:
        """Whether the present status, mode and approval accept it."""
        return action in self.allowed_actions()

    def awaits(self, planned_for: datetime) -> bool:
        """Whether a run that is planned for this instant is still to be answered for."""
        if self.status is Status.SCHEDULED:
            return planned_for == self.definition.begins_at()
        answered = self.last_planned or self.activated_at
        return self.status is Status.ACTIVE and (answered is None or planned_for > answered)

    def recurs(self) -> bool:
        return self.definition.mode is Mode.RECURRING

    def anchor(self) -> datetime | None:
        """What gives a frequency its time of day, weekday and day of the month, however runs are moved by clocks."""
        begins = self.definition.begins_at()
        if begins is not None or self.activated_at is None:
            return begins
        return self.definition.first_instant(self.activated_at)

    def late_by(self, planned_for: datetime, at: datetime) -> timedelta:
        """How late a start is at `at`. Where people's own clocks count, it is late when it is late for everybody."""
        return at - planned_for - (SPREAD if self.definition.follows_local_time() else timedelta())

    def patience(self) -> timedelta:
        """How late a planned start may still happen."""
        schedule = self.definition.schedule
        if schedule is None:
            return timedelta(hours=1)
        if schedule.misfire is Misfire.SKIP:
            return ON_TIME
        return max(ON_TIME, timedelta(minutes=schedule.max_lateness_minutes))

    def makes_up_for_the_last_only(self) -> bool:
        schedule = self.definition.schedule
        return schedule is not None and schedule.misfire is Misfire.LATEST


@cache
def _accepted(status: Status, mode: Mode, approval: Approval) -> tuple[Action, ...]:
    return tuple(action for action in Action if allows(action, status, mode) and _suits(action, approval))


def _suits(action: Action, approval: Approval) -> bool:
    match action:
        case Action.APPROVE | Action.REJECT:
            return approval is Approval.PENDING
        case Action.SUBMIT:
            return approval not in (Approval.PENDING, Approval.APPROVED)
    return True

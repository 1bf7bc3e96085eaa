"""One run of a campaign over a frozen audience.

Executions follow their campaign: news may come twice or late, so asking for what already holds, or of an execution
that has ended, yields no event. Only a start is refused, because a plan must never be stored twice.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from campaigns.domain.delivery.errors import ExecutionNotFoundError, ExecutionNotPendingError, NothingUncertainError
from campaigns.domain.delivery.events import (
    ExecutionCancelled,
    ExecutionCompleted,
    ExecutionCreated,
    ExecutionEvent,
    ExecutionFailed,
    ExecutionPaused,
    ExecutionResumed,
    ExecutionStarted,
    ExecutionTestSettled,
    FinalTotals,
    PlanTotals,
)
from campaigns.domain.delivery.kinds import ExecutionKind, ExecutionStatus
from campaigns.domain.shared.guardrails import GuardrailBreach
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId

_DELIVERED_SOMETHING = (ExecutionStatus.RUNNING, ExecutionStatus.PAUSED, ExecutionStatus.COMPLETED)


class Execution(Struct, frozen=True, kw_only=True):
    """The decisions about one run. `execution_no` names its rows in the ledger; None until the plan is stored."""

    id: ExecutionId
    tenant_id: TenantId
    version: int
    campaign_id: CampaignId
    kind: ExecutionKind
    planned_for: datetime
    status: ExecutionStatus = ExecutionStatus.PENDING
    execution_no: int | None = None
    plan: PlanTotals | None = None
    final: FinalTotals | None = None
    rest_waits: bool = False
    reason: str | None = None

    def start(self, *, execution_no: int, totals: PlanTotals, at: datetime, by: str) -> ExecutionStarted:
        """The plan is stored. Refused unless pending, so that a second planner's transaction is undone."""
        if self.status is not ExecutionStatus.PENDING:
            raise ExecutionNotPendingError(f"execution {self.id} is {self.status}, only a pending one is started")
        return ExecutionStarted(campaign_id=self.campaign_id, at=at, by=by, execution_no=execution_no, totals=totals)

    def pause(
        self, *, reason: str | None, at: datetime, by: str, guardrail: GuardrailBreach | None = None
    ) -> tuple[ExecutionPaused, ...]:
        if self.status not in (ExecutionStatus.PENDING, ExecutionStatus.RUNNING):
            return ()
        return (ExecutionPaused(campaign_id=self.campaign_id, at=at, by=by, reason=reason, guardrail=guardrail),)

    def resume(self, *, at: datetime, by: str) -> tuple[ExecutionResumed, ...]:
        if self.status is not ExecutionStatus.PAUSED:
            return ()
        return (ExecutionResumed(campaign_id=self.campaign_id, at=at, by=by),)

    def settle_test(self, variant_id: UUID | None, *, at: datetime, by: str) -> tuple[ExecutionTestSettled, ...]:
        """The rest gets this variant, or nothing. Said again, or where nobody waits any more, it changes nothing."""
        if not self.rest_waits or not self.status.is_open:
            return ()
        return (ExecutionTestSettled(campaign_id=self.campaign_id, at=at, by=by, variant_id=variant_id),)

    def complete(self, *, totals: FinalTotals, at: datetime, by: str) -> tuple[ExecutionCompleted, ...]:
        if self.status is not ExecutionStatus.RUNNING:
            return ()
        return (ExecutionCompleted(campaign_id=self.campaign_id, at=at, by=by, totals=totals),)

    def fail(self, *, reason: str, code: str, at: datetime, by: str) -> tuple[ExecutionFailed, ...]:
        if not self.status.is_open:
            return ()
        return (ExecutionFailed(campaign_id=self.campaign_id, at=at, by=by, reason=reason, code=code),)

    def cancel(self, *, reason: str, at: datetime, by: str) -> tuple[ExecutionCancelled, ...]:
        if not self.status.is_open:
            return ()
        return (ExecutionCancelled(campaign_id=self.campaign_id, at=at, by=by, reason=reason),)

    def check_campaign(self, campaign_id: CampaignId) -> None:
        """Somebody who looks below another campaign does not find it."""
        if self.campaign_id != campaign_id:
            raise ExecutionNotFoundError(f"campaign {campaign_id} has no execution {self.id}")

    def check_resend(self, uncertain: int) -> None:
        """Refuses a resend when there is nothing that may be sent again."""
        if self.status not in _DELIVERED_SOMETHING:
            raise NothingUncertainError(f"execution {self.id} is {self.status}: nothing of it is sent again")
        if uncertain == 0:
            raise NothingUncertainError(f"execution {self.id} has no uncertain message")


def create_execution(
    execution_id: ExecutionId,
    *,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    kind: ExecutionKind,
    planned_for: datetime,
    at: datetime,
    by: str,
) -> ExecutionCreated:
    return ExecutionCreated(
        at=at,
        by=by,
        execution_id=execution_id,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        kind=kind,
        planned_for=planned_for,
    )


def evolve(state: Execution | None, event: ExecutionEvent) -> Execution:
    """Apply a fact. Facts are never refused: no rule may stand here."""
    if isinstance(event, ExecutionCreated):
        return Execution(
            id=event.execution_id,
            tenant_id=event.tenant_id,
            version=1,
            campaign_id=event.campaign_id,
            kind=event.kind,
            planned_for=event.planned_for,
        )
    if state is None:
        raise ValueError(f"{type(event).__name__} cannot be the first fact of an execution")
    return _evolved(replace(state, version=state.version + 1), event)


def _evolved(
    state: Execution,
    event: ExecutionStarted
    | ExecutionPaused
    | ExecutionResumed
    | ExecutionTestSettled
    | ExecutionCompleted
    | ExecutionFailed
    | ExecutionCancelled,
) -> Execution:
    match event:
        case ExecutionStarted():
            return _started(state, event)
        case ExecutionPaused():
            return replace(state, status=ExecutionStatus.PAUSED, reason=event.reason)
        case ExecutionResumed():
            planned = state.execution_no is not None
            return replace(state, status=ExecutionStatus.RUNNING if planned else ExecutionStatus.PENDING, reason=None)
        case ExecutionTestSettled():
            return replace(state, rest_waits=False)
        case ExecutionCompleted() | ExecutionFailed() | ExecutionCancelled():
            return _ended(state, event)
        case _:
            assert_never(event)


def _ended(state: Execution, event: ExecutionCompleted | ExecutionFailed | ExecutionCancelled) -> Execution:
    match event:
        case ExecutionCompleted():
            return replace(state, status=ExecutionStatus.COMPLETED, final=event.totals)
        case ExecutionFailed():
            return replace(state, status=ExecutionStatus.FAILED, reason=event.reason)
        case ExecutionCancelled():
            return replace(state, status=ExecutionStatus.CANCELLED, reason=event.reason)


def _started(state: Execution, event: ExecutionStarted) -> Execution:
    return replace(
        state,
        status=ExecutionStatus.RUNNING,
        execution_no=event.execution_no,
        plan=event.totals,
        rest_waits=event.totals.rest > 0,
        reason=None,
    )

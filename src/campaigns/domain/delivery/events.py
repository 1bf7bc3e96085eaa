"""What can happen to an execution. Events carry totals, never one person."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from campaigns.domain.delivery.kinds import ExecutionKind
from campaigns.domain.shared.events import Event
from campaigns.domain.shared.guardrails import GuardrailBreach
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId


class PlanTotals(Struct, frozen=True, kw_only=True):
    """What the plan holds: `audience` people, of whom all but `to_send` were decided at planning. `rest` of those wait
    for the winner of a test.
    """

    audience: int
    holdout: int
    control: int
    skipped: int
    to_send: int
    batches: int
    rest: int = 0


class FinalTotals(Struct, frozen=True, kw_only=True):
    """Where everybody of the audience ended."""

    audience: int
    holdout: int
    control: int
    skipped: int
    sent: int
    failed: int
    uncertain: int
    cancelled: int


class OfExecution(Event, frozen=True, kw_only=True):
    """Each names its campaign, so that it can be told to the world by itself."""

    campaign_id: CampaignId


class ExecutionCreated(OfExecution, frozen=True, kw_only=True):
    execution_id: ExecutionId
    tenant_id: TenantId
    kind: ExecutionKind
    planned_for: datetime


class ExecutionStarted(OfExecution, frozen=True, kw_only=True):
    execution_no: int
    totals: PlanTotals


class ExecutionPaused(OfExecution, frozen=True, kw_only=True):
    reason: str | None = None
    guardrail: GuardrailBreach | None = None


class ExecutionResumed(OfExecution, frozen=True, kw_only=True):
    pass


class ExecutionTestSettled(OfExecution, frozen=True, kw_only=True):
    """The rest of a test no longer waits: it gets `variant_id`, or nothing, as the control of the test."""

    variant_id: UUID | None


class ExecutionCompleted(OfExecution, frozen=True, kw_only=True):
    totals: FinalTotals


class ExecutionFailed(OfExecution, frozen=True, kw_only=True):
    reason: str
    code: str


class ExecutionCancelled(OfExecution, frozen=True, kw_only=True):
    reason: str


ExecutionEvent = (
    ExecutionCreated
    | ExecutionStarted
    | ExecutionPaused
    | ExecutionResumed
    | ExecutionTestSettled
    | ExecutionCompleted
    | ExecutionFailed
    | ExecutionCancelled
)

"""Decide who gets what, store it, and let the execution run."""

from campaigns.application.delivery.failing import FailingOtherwise
from campaigns.application.delivery.running import Briefs, Executions, Plans
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.events import ExecutionStarted, PlanTotals
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.kinds import PLANNED, ExecutionKind
from campaigns.domain.shared.ids import ExecutionId


class PlanExecution(Command, frozen=True, kw_only=True):
    execution_id: ExecutionId


class PlanExecutionHandler:
    """A refusal (nobody in the audience, too many, a rule that cannot be read) fails the execution, with its words."""

    def __init__(self, executions: Executions, briefs: Briefs, plans: Plans, clock: Clock) -> None:
        self._executions = executions
        self._briefs = briefs
        self._plans = plans
        self._clock = clock
        self._failing_otherwise = FailingOtherwise(executions, clock)

    async def __call__(self, command: PlanExecution) -> Receipt:
        execution = await self._executions.get(command.execution_id, command.caller)
        return await self._failing_otherwise(self._store(execution, command), execution, command.caller)

    async def _store(self, execution: Execution, command: PlanExecution) -> Receipt:
        def decide(execution_no: int, totals: PlanTotals) -> ExecutionStarted:
            return execution.start(
                execution_no=execution_no, totals=totals, at=self._clock.now(), by=command.caller.principal
            )

        starts_at = max(execution.planned_for, self._clock.now())
        planned_for = execution.planned_for if execution.kind in PLANNED else None
        brief = await self._briefs.of(execution.campaign_id, starts_at, command.caller, planned_for)
        if execution.kind is ExecutionKind.TRIGGERED:
            brief = brief.gathered(execution.id)
        return await self._plans.store(execution, brief, decide, command.caller)

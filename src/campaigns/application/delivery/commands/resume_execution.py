"""Let a paused execution go on, with the campaign as it is now: its edits reach those who still wait."""

from campaigns.application.delivery.failing import FailingOtherwise
from campaigns.application.delivery.running import Briefs, Executions
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.shared.ids import ExecutionId


class ResumeExecution(Command, frozen=True, kw_only=True):
    execution_id: ExecutionId


class ResumeExecutionHandler:
    """An order that cannot be taken any more (its template is gone) fails the execution, with its words."""

    def __init__(self, executions: Executions, briefs: Briefs, clock: Clock) -> None:
        self._executions = executions
        self._briefs = briefs
        self._clock = clock
        self._failing_otherwise = FailingOtherwise(executions, clock)

    async def __call__(self, command: ResumeExecution) -> Receipt:
        execution = await self._executions.get(command.execution_id, command.caller)
        return await self._failing_otherwise(self._go_on(execution, command), execution, command.caller)

    async def _go_on(self, execution: Execution, command: ResumeExecution) -> Receipt:
        now = self._clock.now()
        events = execution.resume(at=now, by=command.caller.principal)
        if not events or execution.execution_no is None:
            return await self._executions.record(execution, events, command.caller)
        order = await self._briefs.of(execution.campaign_id, now, command.caller)
        return await self._executions.record_under(order, execution, events, command.caller)

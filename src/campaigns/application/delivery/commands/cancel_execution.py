"""End an execution early: what waits is never sent."""

from campaigns.application.delivery.running import Executions
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.ids import ExecutionId


class CancelExecution(Command, frozen=True, kw_only=True):
    execution_id: ExecutionId
    reason: str


class CancelExecutionHandler:
    def __init__(self, executions: Executions, clock: Clock) -> None:
        self._executions = executions
        self._clock = clock

    async def __call__(self, command: CancelExecution) -> Receipt:
        execution = await self._executions.get(command.execution_id, command.caller)
        events = execution.cancel(reason=command.reason, at=self._clock.now(), by=command.caller.principal)
        return await self._executions.record(execution, events, command.caller)

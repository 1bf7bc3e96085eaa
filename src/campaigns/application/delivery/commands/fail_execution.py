"""End an execution that cannot go on, and say why."""

from campaigns.application.delivery.running import Executions
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.ids import ExecutionId


class FailExecution(Command, frozen=True, kw_only=True):
    execution_id: ExecutionId
    reason: str
    code: str


class FailExecutionHandler:
    def __init__(self, executions: Executions, clock: Clock) -> None:
        self._executions = executions
        self._clock = clock

    async def __call__(self, command: FailExecution) -> Receipt:
        execution = await self._executions.get(command.execution_id, command.caller)
        events = execution.fail(
            reason=command.reason, code=command.code, at=self._clock.now(), by=command.caller.principal
        )
        return await self._executions.record(execution, events, command.caller)

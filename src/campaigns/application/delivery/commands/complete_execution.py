"""Everybody has an outcome: close the execution with its totals."""

from campaigns.application.delivery.running import Executions
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.ids import ExecutionId


class CompleteExecution(Command, frozen=True, kw_only=True):
    execution_id: ExecutionId


class CompleteExecutionHandler:
    def __init__(self, executions: Executions, clock: Clock) -> None:
        self._executions = executions
        self._clock = clock

    async def __call__(self, command: CompleteExecution) -> Receipt:
        execution = await self._executions.get(command.execution_id, command.caller)
        counted = await self._executions.accounting(execution.id, command.caller.tenant_id)
        events = execution.complete(totals=counted.final(), at=self._clock.now(), by=command.caller.principal)
        return await self._executions.record(execution, events, command.caller)

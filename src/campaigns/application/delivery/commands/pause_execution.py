"""Hold an execution back; what is being handed over at this moment is finished."""

from campaigns.application.delivery.running import Executions
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.guardrails import GuardrailBreach
from campaigns.domain.shared.ids import ExecutionId


class PauseExecution(Command, frozen=True, kw_only=True):
    execution_id: ExecutionId
    reason: str | None = None
    guardrail: GuardrailBreach | None = None


class PauseExecutionHandler:
    def __init__(self, executions: Executions, clock: Clock) -> None:
        self._executions = executions
        self._clock = clock

    async def __call__(self, command: PauseExecution) -> Receipt:
        execution = await self._executions.get(command.execution_id, command.caller)
        events = execution.pause(
            reason=command.reason,
            at=self._clock.now(),
            by=command.caller.principal,
            guardrail=command.guardrail,
        )
        return await self._executions.record(execution, events, command.caller)

"""A test is over: the rest of its audience gets the winner, or nothing."""

from uuid import UUID

from campaigns.application.delivery.running import Executions
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.ids import ExecutionId


class SettleTest(Command, frozen=True, kw_only=True):
    """`variant_id` None: nobody of the rest is written to."""

    execution_id: ExecutionId
    variant_id: UUID | None


class SettleTestHandler:
    def __init__(self, executions: Executions, clock: Clock) -> None:
        self._executions = executions
        self._clock = clock

    async def __call__(self, command: SettleTest) -> Receipt:
        execution = await self._executions.get(command.execution_id, command.caller)
        events = execution.settle_test(command.variant_id, at=self._clock.now(), by=command.caller.principal)
        return await self._executions.record(execution, events, command.caller)

"""What was released could not leave in time: give what waits new release times, so that no limit is broken."""

from campaigns.application.delivery.running import Plans
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.ids import ExecutionId


class PaceExecutionAgain(Command, frozen=True, kw_only=True):
    execution_id: ExecutionId


class PaceExecutionAgainHandler:
    def __init__(self, plans: Plans, clock: Clock) -> None:
        self._plans = plans
        self._clock = clock

    async def __call__(self, command: PaceExecutionAgain) -> int:
        return await self._plans.pace_again(command.execution_id, command.caller.tenant_id, self._clock.now())

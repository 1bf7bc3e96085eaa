"""An execution whose order cannot be taken fails, with the words of the refusal."""

from collections.abc import Awaitable

from campaigns.application.delivery.running import Executions
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.shared.errors import DomainError, RefusedError


class FailingOtherwise:
    """Takes a step of an execution. A refused command stays refused; any other broken rule fails the execution."""

    def __init__(self, executions: Executions, clock: Clock) -> None:
        self._executions = executions
        self._clock = clock

    async def __call__(self, step: Awaitable[Receipt], execution: Execution, caller: Caller) -> Receipt:
        try:
            return await step
        except RefusedError:
            raise
        except DomainError as refusal:
            failed = execution.fail(reason=refusal.detail, code=refusal.code, at=self._clock.now(), by=caller.principal)
            return await self._executions.record(execution, failed, caller)

"""The scheduler's part in delivery: plan what is due, pace again what came too late, complete what is done."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from campaigns.application.delivery.commands.complete_execution import CompleteExecution
from campaigns.application.delivery.commands.pace_execution_again import PaceExecutionAgain
from campaigns.application.delivery.commands.plan_execution import PlanExecution
from campaigns.application.delivery.running import OpenExecution, WaitingWork
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import ConflictError, DependencyDownError
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Ids, Pulse
from campaigns.domain.shared.errors import DomainError

_TICK = 0.25
_AT_ONCE = 100

log = structlog.get_logger(__name__)

Make = Callable[[OpenExecution, Caller], Command]


class DeliveryScheduler:
    """Any number may run: every decision is recorded once, whoever comes first."""

    def __init__(self, work: WaitingWork, bus: Bus, ids: Ids, pulse: Pulse) -> None:
        self._work = work
        self._bus = bus
        self._ids = ids
        self._pulse = pulse

    async def run(self, stopping: asyncio.Event) -> None:
        """Planning takes seconds for millions; what runs already is looked after meanwhile."""
        await asyncio.gather(self._repeat(self.plan_due, stopping), self._repeat(self.look_after, stopping))

    async def plan_due(self) -> None:
        await self._each(await self._work.to_plan(_AT_ONCE), _plan)

    async def look_after(self) -> None:
        await self._each(await self._work.to_pace_again(_AT_ONCE), _pace_again)
        await self._each(await self._work.to_complete(_AT_ONCE), _complete)

    async def _repeat(self, look: Callable[[], Awaitable[None]], stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await look()
            except DependencyDownError as error:
                log.warning("the scheduler waits", dependency=error.name, detail=error.detail)
            except Exception:  # one execution's trouble must not end the planning of all others
                log.exception("the scheduler failed")
            await self._pulse.rest(_TICK, stopping)

    async def _each(self, executions: Sequence[OpenExecution], make: Make) -> None:
        for execution in executions:
            try:
                await self._bus(make(execution, self._caller(execution)))
            except (DomainError, ConflictError) as refusal:
                log.info("somebody else was first", execution=str(execution.execution_id), detail=str(refusal))
            except DependencyDownError as error:
                log.warning("an execution waits", execution=str(execution.execution_id), detail=error.detail)

    def _caller(self, execution: OpenExecution) -> Caller:
        command_id = self._ids.new()
        return Caller(
            tenant_id=execution.tenant_id,
            principal="system:scheduler",
            scopes=frozenset({Scope.OPERATE}),
            command_id=command_id,
            correlation_id=str(execution.execution_id),
        )


def _plan(execution: OpenExecution, caller: Caller) -> Command:
    return PlanExecution(caller=caller, execution_id=execution.execution_id)


def _complete(execution: OpenExecution, caller: Caller) -> Command:
    return CompleteExecution(caller=caller, execution_id=execution.execution_id)


def _pace_again(execution: OpenExecution, caller: Caller) -> Command:
    return PaceExecutionAgain(caller=caller, execution_id=execution.execution_id)

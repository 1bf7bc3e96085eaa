"""Looks after running executions under guardrails: holds what goes badly, lets the rest follow a good canary."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from msgspec import Struct

from campaigns.application.delivery.commands.pause_execution import PauseExecution
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import ConflictError, DependencyDownError
from campaigns.application.shared.ports import Clock, Ids, Pulse
from campaigns.domain.delivery.guardrails import CanaryState, GuardedRun, breach_of, verdict_on_canary
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.guardrails import GuardrailBreach
from campaigns.domain.shared.ids import ExecutionId, TenantId

_TICK = 0.5

log = structlog.get_logger(__name__)


class WatchedRun(Struct, frozen=True, kw_only=True):
    """A running execution, and how it stands against its guardrails."""

    execution_id: ExecutionId
    tenant_id: TenantId
    run: GuardedRun


class GuardedRuns(Protocol):
    """The running executions that have guardrails, across tenants."""

    async def running(self) -> Sequence[WatchedRun]:
        """Figures are at most a second old."""

    async def judge_canary_at(self, execution_id: ExecutionId, until: datetime, size: int) -> None:
        """The canary's `size` messages have been sent, the rest waits until then; said again, it changes nothing."""

    async def release_rest(self, execution_id: ExecutionId, now: datetime) -> None:
        """The canary holds nothing back any more; the rest is paced from `now` on, while the execution runs."""


class GuardrailWatch:
    """Any number may run: a run is held once, a rest released once, whoever comes first."""

    def __init__(self, runs: GuardedRuns, bus: Bus, clock: Clock, ids: Ids, pulse: Pulse) -> None:
        self._runs = runs
        self._bus = bus
        self._clock = clock
        self._ids = ids
        self._pulse = pulse

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.look()
            except DependencyDownError as error:
                log.warning("the guardrails wait", dependency=error.name, detail=error.detail)
            except Exception:  # one execution's trouble must not leave all others unwatched
                log.exception("watching the guardrails failed")
            await self._pulse.rest(_TICK, stopping)

    async def look(self) -> None:
        for watched in await self._runs.running():
            try:
                await self._judge(watched)
            except (DomainError, ConflictError) as refusal:
                log.info("somebody else was first", execution=str(watched.execution_id), detail=str(refusal))

    async def _judge(self, watched: WatchedRun) -> None:
        if breach := breach_of(watched.run):
            await self._hold(watched, breach)
        elif watched.run.canary is not None and watched.run.canary.ended:
            await self._after_canary(watched, watched.run.canary)

    async def _after_canary(self, watched: WatchedRun, canary: CanaryState) -> None:
        now = self._clock.now()
        if canary.until is None:
            wait = watched.run.guardrails.canary.wait_minutes if watched.run.guardrails.canary else 0
            until = now + timedelta(minutes=wait)
            await self._runs.judge_canary_at(watched.execution_id, until, canary.size)
        elif canary.until <= now:
            if breach := verdict_on_canary(watched.run, canary):
                await self._hold(watched, breach)
            else:
                await self._runs.release_rest(watched.execution_id, now)

    async def _hold(self, watched: WatchedRun, breach: GuardrailBreach) -> None:
        log.warning("a guardrail holds a run", execution_id=str(watched.execution_id), why=breach.words())
        command_id = self._ids.new()
        caller = Caller(
            tenant_id=watched.tenant_id,
            principal="system:guardrails",
            scopes=frozenset({Scope.OPERATE}),
            command_id=command_id,
            correlation_id=str(watched.execution_id),
        )
        command = PauseExecution(
            caller=caller, execution_id=watched.execution_id, reason=breach.words(), guardrail=breach
        )
        await self._bus(command)

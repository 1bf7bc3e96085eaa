"""Works off dry runs, one at a time in each process; one whose process dies is begun again."""

import asyncio
import contextlib

import structlog

from campaigns.application.delivery.dry_running.forecasts import DryRun
from campaigns.application.delivery.dry_running.ports import DryRuns
from campaigns.application.delivery.dry_running.runner import DryRunner
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock, Ids, Pulse
from campaigns.domain.shared.errors import DomainError

log = structlog.get_logger(__name__)
_POLL = 0.5


class DryRunDesk:
    """A Runnable."""

    def __init__(self, dry_runs: DryRuns, runner: DryRunner, clock: Clock, ids: Ids, pulse: Pulse) -> None:
        self._dry_runs = dry_runs
        self._runner = runner
        self._clock = clock
        self._ids = ids
        self._pulse = pulse

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                if dry_run := await self._dry_runs.claim():
                    await self._until(stopping, dry_run)
                    continue
            except DependencyDownError as down:
                log.warning("dry runs wait", dependency=down.name)
            await self._pulse.rest(_POLL, stopping)

    async def _until(self, stopping: asyncio.Event, dry_run: DryRun) -> None:
        """Stopped, it leaves the dry run to whoever claims it after the lease."""
        work, stop = asyncio.create_task(self._work_off(dry_run)), asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            if not work.done():
                work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work

    async def _work_off(self, dry_run: DryRun) -> None:
        beat = 0.0

        async def report(people: int, expected: int | None) -> None:
            nonlocal beat
            now = asyncio.get_running_loop().time()
            if now - beat >= 1:
                beat = now
                await self._dry_runs.report(dry_run, people, expected)

        try:
            forecast = await self._runner(dry_run, self._caller(dry_run), report)
        except DomainError as refusal:
            await self._dry_runs.finish(dry_run, None, refusal.detail, self._clock.now())
        except DependencyDownError:
            raise
        except Exception as error:  # a defect must not be met again and again
            log.exception("a dry run failed", dry_run=str(dry_run.id))
            await self._dry_runs.finish(dry_run, None, f"{type(error).__name__}: {error}", self._clock.now())
        else:
            await self._dry_runs.finish(dry_run, forecast, None, self._clock.now())

    def _caller(self, dry_run: DryRun) -> Caller:
        return Caller(
            tenant_id=dry_run.tenant_id,
            principal=dry_run.requested_by,
            scopes=frozenset({Scope.READ}),
            command_id=self._ids.new(),
            correlation_id=str(dry_run.id),
        )

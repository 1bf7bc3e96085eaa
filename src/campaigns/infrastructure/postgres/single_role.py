"""A role that runs in one process of many; the others stand by."""

import asyncio
import contextlib
import time
from collections.abc import Callable

import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.runnable import Runnable
from campaigns.infrastructure.postgres.leases import Lease

log = structlog.get_logger(__name__)


class SingleRole:
    """Runs the runnable while the lease is held; stops it before the lease can belong to somebody else."""

    def __init__(self, lease: Lease, runnable: Runnable, *, lost: Callable[[], None] = lambda: None) -> None:
        """`lost` is told each time the lease ends while the work goes on."""
        self._lease = lease
        self._runnable = runnable
        self._lost = lost
        self._pause = lease.seconds / 3

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            fence = await self._try_to_acquire()
            if fence is not None:
                await self._run_as_holder(fence, stopping)
            await _pause(stopping, self._pause)

    async def _try_to_acquire(self) -> int | None:
        try:
            return await self._lease.acquire()
        except DependencyDownError as error:
            log.warning("cannot ask for a lease", lease=self._lease.name, error=error.detail)
            return None

    async def _run_as_holder(self, fence: int, stopping: asyncio.Event) -> None:
        log.info("lease acquired", lease=self._lease.name, fence=fence)
        leaving = asyncio.Event()
        working = asyncio.create_task(self._runnable.run(leaving), name=self._lease.name)
        try:
            await self._keep(fence, working, stopping)
        finally:
            leaving.set()
            await _ended(working, within=self._pause)
            with contextlib.suppress(DependencyDownError):  # it runs out by itself
                await self._lease.release(fence)

    async def _keep(self, fence: int, working: asyncio.Task[None], stopping: asyncio.Event) -> None:
        """Return when told to stop, when the work has ended, or while the lease is about to be lost."""
        renewed = time.monotonic()
        while not stopping.is_set() and not working.done():
            await _pause(stopping, self._pause, working)
            try:
                if not await self._lease.renew(fence):
                    log.warning("lease lost", lease=self._lease.name, fence=fence)
                    self._lost()
                    return
                renewed = time.monotonic()
            except DependencyDownError as error:
                log.warning("cannot renew a lease", lease=self._lease.name, error=error.detail)
                if time.monotonic() - renewed > self._pause * 2:
                    self._lost()
                    return


async def _pause(stopping: asyncio.Event, seconds: float, *tasks: asyncio.Task[None]) -> None:
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait([told, *tasks], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()


async def _ended(working: asyncio.Task[None], within: float) -> None:
    """Give the work its time to stop, then cancel it; a failure of its own is logged, the role begins again."""
    await asyncio.wait([working], timeout=within)
    working.cancel()
    (outcome,) = await asyncio.gather(working, return_exceptions=True)
    if isinstance(outcome, Exception):
        log.error("a role failed", role=working.get_name(), exc_info=outcome)

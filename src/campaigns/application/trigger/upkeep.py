"""What was told and decided long ago is forgotten."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock

_EVERY = 3600.0

log = structlog.get_logger(__name__)


class TriggerMemory(Protocol):
    """Outside events, and what triggers made of them."""

    async def forget(self, before: datetime, now: datetime) -> int:
        """Drop what was received before, but never what still waits or counts for a limit; returns how many events."""


class TriggerUpkeep:
    """Once at the start and then every hour; what fails is tried again in the next."""

    def __init__(self, memory: TriggerMemory, clock: Clock, *, retention_days: int) -> None:
        self._memory = memory
        self._clock = clock
        self._retention = timedelta(days=retention_days)

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.look_after()
            except DependencyDownError as error:
                log.warning("old events are kept", detail=error.detail)
            try:
                await asyncio.wait_for(stopping.wait(), _EVERY)
            except TimeoutError:
                continue

    async def look_after(self) -> None:
        now = self._clock.now()
        forgotten = await self._memory.forget(now - self._retention, now)
        if forgotten:
            log.info("old events are forgotten", events=forgotten)

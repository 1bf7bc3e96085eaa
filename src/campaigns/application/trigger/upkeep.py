"""What was told and decided long ago is forgotten."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from campaigns.application.shared.ports import Clock
from campaigns.application.shared.upkeep import every_hour

log = structlog.get_logger(__name__)


class TriggerMemory(Protocol):
    """Outside events, and what triggers made of them."""

    async def forget(self, before: datetime, now: datetime) -> int:
        """Drop what was received before, but never what still waits or counts for a limit; returns how many events."""


class TriggerUpkeep:
    """A Runnable."""

    def __init__(self, memory: TriggerMemory, clock: Clock, *, retention_days: int) -> None:
        self._memory = memory
        self._clock = clock
        self._retention = timedelta(days=retention_days)

    async def run(self, stopping: asyncio.Event) -> None:
        await every_hour(self.look_after, stopping, failed="old events are kept")

    async def look_after(self) -> None:
        now = self._clock.now()
        forgotten = await self._memory.forget(now - self._retention, now)
        if forgotten:
            log.info("old events are forgotten", events=forgotten)

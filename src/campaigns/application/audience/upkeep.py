"""Files that somebody was about to use when they died are not kept for ever."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from campaigns.application.shared.ports import Clock
from campaigns.application.shared.upkeep import every_hour

_LONGEST_WORK = timedelta(days=1)

log = structlog.get_logger(__name__)


class LeftFiles(Protocol):
    """Files of people that were written before anybody was told of them."""

    async def remove(self, untouched_since: datetime) -> int:
        """Remove what nobody has touched since and nothing refers to; how many there were."""


class FileUpkeep:
    """A Runnable. Whoever uses a file touches it at least once a day; what an import is to read, it finds."""

    def __init__(self, left: LeftFiles, clock: Clock) -> None:
        self._left = left
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        await every_hour(self.look_after, stopping, failed="files that were left behind are kept")

    async def look_after(self) -> None:
        removed = await self._left.remove(self._clock.now() - _LONGEST_WORK)
        if removed:
            log.info("files that were left behind are removed", files=removed)

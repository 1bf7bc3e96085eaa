"""Looks at the clock each second on behalf of all campaigns."""

import asyncio

import structlog

from campaigns.application.campaign.timekeeping import Timekeeper
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock

_PAUSE = 1.0  # seconds

log = structlog.get_logger(__name__)


class CampaignScheduler:
    """Runs under the scheduler's lease; a second one beside it would only be refused, never fire twice."""

    def __init__(self, timekeeper: Timekeeper, clock: Clock) -> None:
        self._timekeeper = timekeeper
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.tick()
            try:
                await asyncio.wait_for(stopping.wait(), _PAUSE)
            except TimeoutError:
                continue

    async def tick(self) -> None:
        """One look at the clock. What a dependency's absence prevents is tried again at the next."""
        try:
            refusals = await self._timekeeper.keep(self._clock.now())
        except DependencyDownError as error:
            log.warning("the timetable cannot be read", dependency=error.name, detail=error.detail)
            return
        for refusal in refusals:
            log.info("a planned step waits", reason=str(refusal))

"""Answers kept for repeats are deleted after their day."""

import asyncio
from contextlib import suppress

import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.platform.idempotency import PostgresIdempotencyKeys

_EVERY = 600.0  # seconds
_log = structlog.get_logger("campaigns.platform")


class ForgetOldAnswers:
    """A Runnable; as many at once as wished."""

    def __init__(self, idempotency_keys: PostgresIdempotencyKeys, clock: Clock) -> None:
        self._idempotency_keys = idempotency_keys
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self._forget_all()
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _EVERY)

    async def _forget_all(self) -> None:
        try:
            while await self._idempotency_keys.forget(self._clock.now()):
                pass
        except DependencyDownError as error:
            _log.warning("idempotency.forgetting_waits", dependency=error.name)

"""While a store is away, what is known must not be lost: ask again until it answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from campaigns.application.shared.errors import DependencyDownError

Answer = TypeVar("Answer")
_PAUSE = 0.5
_LAST_TRIES = 10

log = structlog.get_logger(__name__)


async def insist(ask: Callable[[], Awaitable[Answer]], stopping: asyncio.Event) -> Answer:
    """The answer. After `stopping` is set only a few more tries are made, then DependencyDownError is raised."""
    tries_left = _LAST_TRIES
    while True:
        try:
            return await ask()
        except DependencyDownError as error:
            tries_left -= stopping.is_set()
            if tries_left == 0:
                raise
            log.warning("waiting for a dependency", dependency=error.name, detail=error.detail)
            await asyncio.sleep(_PAUSE)

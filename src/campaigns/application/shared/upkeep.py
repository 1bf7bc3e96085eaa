"""What the scheduler looks after now and then."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from campaigns.application.shared.errors import DependencyDownError

_EVERY = 3600.0

log = structlog.get_logger(__name__)


async def every_hour(look_after: Callable[[], Awaitable[object]], stopping: asyncio.Event, *, failed: str) -> None:
    """Once at the start and then every hour. What fails is tried again in the next: the other work goes on."""
    while not stopping.is_set():
        try:
            await look_after()
        except DependencyDownError as down:
            log.warning(failed, dependency=down.name, detail=down.detail)
        except Exception:
            log.exception(failed)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), _EVERY)

"""The rhythm of a follower: work while there is something, then wait for a hint or for the poll."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import structlog

from campaigns.application.shared.errors import ConflictError, DependencyDownError
from campaigns.infrastructure.postgres.database import Database

_log = structlog.get_logger(__name__)
_AFTER_FAILURE = 1.0


async def repeat(
    step: Callable[[], Awaitable[int]],
    *,
    stopping: asyncio.Event,
    hint: asyncio.Event | None = None,
    idle_seconds: float = 1.0,
    pace_seconds: float = 0.0,
    name: str,
) -> None:
    """Call `step` until `stopping`. It answers how much it did; after 0 the next call waits for the hint or the poll.

    Steps begin at most every `pace_seconds`, so that what comes little by little is worked on together.
    A dependency that is away is waited for; after any other failure the same step is tried again.
    """
    hint = hint or asyncio.Event()
    while not stopping.is_set():
        hint.clear()
        began = monotonic()
        try:
            worked = await step()
        except DependencyDownError as error:
            _log.warning("follower_waits", follower=name, dependency=error.name, detail=error.detail)
            await first_of(stopping, patience=_AFTER_FAILURE)
        except ConflictError as error:
            _log.info("follower_repeats", follower=name, detail=str(error))
        except Exception as error:  # noqa: BLE001 - a full stream, an unexpected row: said aloud, tried again
            _log.warning("follower_failed", follower=name, exc_info=error)
            await first_of(stopping, patience=_AFTER_FAILURE)
        else:
            if not worked:
                await first_of(stopping, hint, patience=idle_seconds)
            elif (rest := pace_seconds - (monotonic() - began)) > 0:
                await first_of(stopping, patience=rest)


async def listen(database: Database, channel: str, hint: asyncio.Event, stopping: asyncio.Event) -> None:
    """Set `hint` at each NOTIFY of the channel, until `stopping`. Losing one costs a poll's time, no more."""
    while not stopping.is_set():
        try:
            async with database.dedicated_listener(channel) as connection:
                while not stopping.is_set():
                    async for _ in connection.notifies(timeout=0.5, stop_after=1):
                        hint.set()
        except DependencyDownError:
            await first_of(stopping, patience=_AFTER_FAILURE)


async def first_of(*events: asyncio.Event, patience: float) -> None:
    """Return when one of the events is set, or after `patience` seconds."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waiting:
            wait.cancel()

"""The rhythm of a follower: work while there is something, then wait for a hint or for the poll."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol

import structlog

from campaigns.application.shared.errors import ConflictError, DependencyDownError

_log = structlog.get_logger(__name__)
_AFTER_FAILURE = 1.0


class HintedPulse(Protocol):
    """A `Pulse` whose rest ends with a hint of one's own, too."""

    async def rest(self, seconds: float, stopping: asyncio.Event, hint: asyncio.Event | None = None) -> None: ...
    def stir(self) -> None: ...


async def repeat(
    step: Callable[[], Awaitable[int]],
    *,
    stopping: asyncio.Event,
    pulse: HintedPulse,
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
        worked = await _tried(step, stopping, name)
        if worked == 0:
            await pulse.rest(idle_seconds, stopping, hint)
        elif worked is not None:
            pulse.stir()
            if (rest := pace_seconds - (monotonic() - began)) > 0:
                await first_of(stopping, patience=rest)


async def _tried(step: Callable[[], Awaitable[int]], stopping: asyncio.Event, name: str) -> int | None:
    """How much it did; None when it failed, after the pause that this asks for."""
    try:
        return await step()
    except DependencyDownError as error:
        _log.warning("follower_waits", follower=name, dependency=error.name, detail=error.detail)
    except ConflictError as error:
        _log.info("follower_repeats", follower=name, detail=str(error))
        return None
    except Exception as error:  # noqa: BLE001 - a full stream, an unexpected row: said aloud, tried again
        _log.warning("follower_failed", follower=name, exc_info=error)
    await first_of(stopping, patience=_AFTER_FAILURE)
    return None


async def first_of(*events: asyncio.Event, patience: float) -> None:
    """Return when one of the events is set, or after `patience` seconds."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waiting:
            wait.cancel()

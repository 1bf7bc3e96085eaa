"""Waiting for what comes in its own time. Wait for all that is asserted afterwards, not for a first sign of it.

Patience costs nothing where things go well: a busy machine is no fault of what is tested.
"""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 60.0
_PAUSE = 0.02


def eventually(read: Callable[[], Any], expected: Any, patience: float = PATIENCE) -> Any:
    """What was read, as soon as it equals `expected`; fails with what was seen last."""
    return until(read, lambda seen: bool(seen == expected), patience, f", not {expected!r}")


def until(
    read: Callable[[], Any], holds: Callable[[Any], Any] = bool, patience: float = PATIENCE, wanted: str = ""
) -> Any:
    """What was read, as soon as `holds` says so of it; fails with what was seen last."""
    end = time.monotonic() + patience
    while True:
        late = time.monotonic() > end  # asked before the last look: whatever came while this process stood still counts
        if holds(seen := read()):
            return seen
        assert not late, f"after {patience:.0f} s it is still {seen!r}{wanted}"
        time.sleep(_PAUSE)


async def eventually_async(read: Callable[[], Any], expected: Any, patience: float = PATIENCE) -> Any:
    """As `eventually`, in a loop that goes on meanwhile; `read` may be a coroutine function."""
    return await until_async(read, lambda seen: bool(seen == expected), patience, f", not {expected!r}")


async def until_async(
    read: Callable[[], Any], holds: Callable[[Any], Any] = bool, patience: float = PATIENCE, wanted: str = ""
) -> Any:
    """As `until`, in a loop that goes on meanwhile; `read` may be a coroutine function."""
    end = time.monotonic() + patience
    while True:
        late = time.monotonic() > end
        seen = read()
        if holds(seen := await seen if inspect.isawaitable(seen) else seen):
            return seen
        assert not late, f"after {patience:.0f} s it is still {seen!r}{wanted}"
        await asyncio.sleep(_PAUSE)

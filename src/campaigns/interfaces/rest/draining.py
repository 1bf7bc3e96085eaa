"""Going away politely: on SIGTERM streams end and readiness says so, then the server's own handler runs."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Draining:
    """Set once. Streams race it: `await draining.wait()`."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    def begin(self) -> None:
        self._begun.set()

    def has_begun(self) -> bool:
        return self._begun.is_set()

    async def wait(self) -> None:
        await self._begun.wait()


@contextmanager
def draining_on_sigterm(draining: Draining) -> Iterator[None]:
    """Chains a handler before the server's: a server that waits for open streams would never finish otherwise."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread alone; whoever runs the loop elsewhere calls `begin` itself
        return
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGTERM)

    def on_sigterm(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(draining.begin)
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, on_sigterm)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

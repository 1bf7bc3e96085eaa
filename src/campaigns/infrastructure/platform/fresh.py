"""Values that may be a few seconds old."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Fresh(Generic[K, V]):
    """Remembers what it read for some seconds, of so many keys at most; the oldest go first.

    Those who ask while it is being read wait for that one reading.
    """

    def __init__(self, seconds: float, capacity: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._capacity = capacity
        self._clock = clock
        self._known: dict[K, tuple[float, V]] = {}
        self._reading: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K, read: Callable[[K], Awaitable[V]]) -> V:
        known = self._known.get(key)
        if known is not None and self._clock() < known[0]:
            return known[1]
        reading = self._reading.get(key)
        if reading is None or reading.get_loop() is not asyncio.get_running_loop():
            reading = self._reading[key] = asyncio.create_task(self._read(key, read))
            reading.add_done_callback(lambda done: self._read_is_over(key, done))
        return await asyncio.shield(reading)  # who goes away takes nothing from the others

    def forget(self, key: K) -> None:
        self._known.pop(key, None)
        self._reading.pop(key, None)

    async def _read(self, key: K, read: Callable[[K], Awaitable[V]]) -> V:
        value = await read(key)
        if self._reading.get(key) is asyncio.current_task():  # not forgotten meanwhile
            self._keep(key, value)
        return value

    def _keep(self, key: K, value: V) -> None:
        self._known.pop(key, None)
        if len(self._known) >= self._capacity:
            del self._known[next(iter(self._known))]
        self._known[key] = (self._clock() + self._seconds, value)

    def _read_is_over(self, key: K, done: "asyncio.Task[V]") -> None:
        if self._reading.get(key) is done:
            del self._reading[key]
        if not done.cancelled():
            done.exception()  # told to those who wait, if anybody still does

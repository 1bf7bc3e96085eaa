"""Values that may be a few seconds old."""

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Fresh(Generic[K, V]):
    """Remembers what it read for some seconds, of so many keys at most; the oldest go first."""

    def __init__(self, seconds: float, capacity: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._capacity = capacity
        self._clock = clock
        self._known: dict[K, tuple[float, V]] = {}

    async def get(self, key: K, read: Callable[[K], Awaitable[V]]) -> V:
        known = self._known.get(key)
        if known is not None and self._clock() < known[0]:
            return known[1]
        value = await read(key)
        self._known.pop(key, None)
        if len(self._known) >= self._capacity:
            del self._known[next(iter(self._known))]
        self._known[key] = (self._clock() + self._seconds, value)
        return value

    def forget(self, key: K) -> None:
        self._known.pop(key, None)

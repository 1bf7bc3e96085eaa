"""A memory of this process alone."""

import time
from collections import OrderedDict

_MOST = 500


class InProcessMemory:
    """Forgets the oldest beyond five hundred."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    async def recall(self, key: str) -> bytes | None:
        until, value = self._kept.get(key, (0.0, b""))
        return value if time.monotonic() < until else None

    async def keep(self, key: str, value: bytes, seconds: int) -> None:
        self._kept.pop(key, None)
        self._kept[key] = (time.monotonic() + seconds, value)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

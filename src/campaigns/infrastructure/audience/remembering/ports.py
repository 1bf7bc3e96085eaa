"""What a memory of answers offers: to lose something is no harm, to be slow is."""

from typing import Protocol


class Memory(Protocol):
    """Bytes under keys, for a while. Never raises: what cannot be had is not remembered."""

    async def recall(self, key: str) -> bytes | None:
        """What was kept under the key, unless its time is over."""

    async def keep(self, key: str, value: bytes, seconds: int) -> None:
        """Keep it for so long; it replaces what was there."""

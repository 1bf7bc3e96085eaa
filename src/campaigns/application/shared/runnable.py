"""What a role is made of."""

import asyncio
from typing import Protocol


class Runnable(Protocol):
    """Works until it is told to stop."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Return soon after `stopping` is set. A dependency that is away is waited for, not raised."""

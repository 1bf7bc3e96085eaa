"""What a role is made of."""

import asyncio
from collections.abc import Sequence
from typing import Protocol


class Runnable(Protocol):
    """Works until it is told to stop."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Return soon after `stopping` is set. A dependency that is away is waited for, not raised."""


class Together:
    """Several as one: when one fails, all end, and its failure is the failure of all."""

    def __init__(self, runnables: Sequence[Runnable]) -> None:
        self._runnables = runnables

    async def run(self, stopping: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            for runnable in self._runnables:
                group.create_task(runnable.run(stopping), name=type(runnable).__name__)

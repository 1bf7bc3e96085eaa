"""Time and identity, as the application asks for them."""

import asyncio
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """The one source of time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class Pulse(Protocol):
    """How often a loop looks for work: briskly while anything happens in the service, seldom while all is quiet."""

    async def rest(self, seconds: float, stopping: asyncio.Event) -> None:
        """Wait so long, several times as long while it is quiet; until `stopping`, or until the quiet ends."""

    def stir(self) -> None:
        """Work was found that nobody announced: it is not quiet."""


class Ids(Protocol):
    """The one source of new identifiers."""

    def new(self) -> UUID:
        """A UUIDv7: unique, and ordered by its time of birth."""

"""Time and identity, as the application asks for them."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """The one source of time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class Ids(Protocol):
    """The one source of new identifiers."""

    def new(self) -> UUID:
        """A UUIDv7: unique, and ordered by its time of birth."""

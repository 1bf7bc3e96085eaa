"""Time, identity and chance from the operating system."""

import random
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class TimeOrderedIds:
    def new(self) -> UUID:
        return uuid7()


class SystemJitter:
    """Numbers from 0 to 1 that spread what would otherwise collide again."""

    def __call__(self) -> float:
        return random.random()  # noqa: S311  spreads retries; no secret depends on it

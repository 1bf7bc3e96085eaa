"""A circuit breaker: after a run of failures nobody is asked for a while, then one call finds out."""

import time
from collections.abc import Callable

from campaigns.infrastructure.http.errors import BreakerOpenError


class Breaker:
    """One service's breaker. `failures` in a row open it for `rest` seconds; then a single call is let through.

    Not thread-safe: it belongs to one event loop. `clock` is monotonic seconds.
    """

    def __init__(
        self, name: str, *, failures: int = 5, rest: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._limit = failures
        self._rest = rest
        self._clock = clock
        self._failed = 0
        self._closed_again_at: float | None = None
        self._probing = False
        self.reason = ""

    @property
    def has_tripped(self) -> bool:
        """Whether it has opened and nothing has succeeded since."""
        return self._closed_again_at is not None

    @property
    def is_open(self) -> bool:
        """Whether the next call would be refused."""
        return self._closed_again_at is not None and (self._probing or self._clock() < self._closed_again_at)

    @property
    def retry_after(self) -> float:
        """Seconds until asking makes sense; 0 when it does now."""
        return max(0.0, self._closed_again_at - self._clock()) if self._closed_again_at is not None else 0.0

    def enter(self) -> None:
        """Ask to call. Raises BreakerOpenError; otherwise `ended` must follow, and before it what the call showed."""
        if self.is_open:
            raise BreakerOpenError(f"{self.name} has failed repeatedly and is left alone", retry_after=self.retry_after)
        self._probing = self._closed_again_at is not None

    def succeeded(self) -> None:
        self._failed, self._closed_again_at, self._probing = 0, None, False

    def failed(self, reason: str = "") -> None:
        self._failed += 1
        self.reason = reason
        self._probing = False
        if self._failed >= self._limit:
            self._closed_again_at = self._clock() + self._rest

    def ended(self) -> None:
        """The call is over. One that neither `succeeded` nor `failed`, as when it is cancelled, says nothing."""
        self._probing = False

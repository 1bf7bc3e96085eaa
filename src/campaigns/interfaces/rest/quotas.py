"""How many requests a principal may send: an even flow with room for a burst (the generic cell rate algorithm)."""

from collections.abc import Callable, Hashable
from math import ceil

from msgspec import Struct

_MOST_KNOWN = 10_000  # principals; those whose quota is whole again need not be remembered


class Quota(Struct, frozen=True):
    """So many requests in so many seconds."""

    requests: int
    seconds: int

    def times(self, factor: int) -> "Quota":
        return Quota(self.requests * factor, self.seconds)


class Standing(Struct, frozen=True):
    """What is left after this request, and in how many seconds all of it is there again.

    `wait`: seconds until the next request is taken, 0 when this one was.
    """

    remaining: int
    reset: int
    wait: float = 0.0


class Quotas:
    """Counts by key, one number each. Only this process counts: several take several times as much."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._whole_at: dict[Hashable, float] = {}

    def take(self, key: Hashable, quota: Quota) -> Standing:
        """Count one request; one that is refused counts nothing."""
        now = self._clock()
        each = quota.seconds / quota.requests
        used = max(self._whole_at.get(key, now) - now, 0.0)
        wait = used + each - quota.seconds
        if wait > each * 1e-6:  # rounding alone refuses nobody
            return Standing(0, ceil(used), wait)
        self._remember(key, now, now + used + each)
        return Standing(int((quota.seconds - used - each) / each + 1e-6), ceil(used + each))

    def _remember(self, key: Hashable, now: float, whole_at: float) -> None:
        if key not in self._whole_at and len(self._whole_at) >= _MOST_KNOWN:
            self._whole_at = {known: at for known, at in self._whole_at.items() if at > now}
            if len(self._whole_at) >= _MOST_KNOWN:
                del self._whole_at[next(iter(self._whole_at))]
        self._whole_at[key] = whole_at

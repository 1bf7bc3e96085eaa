"""Warm-up: a new provider or sender earns its name with few messages a day first, and more every day."""

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from campaigns.domain.delivery.metering import RateLimit
from campaigns.domain.shared.sending_limits import Throttle

_SECONDS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
_DAY = timedelta(days=1).total_seconds()
WARM_UP = "warm-up"


class WarmUp(Struct, frozen=True, kw_only=True):
    """At most `per_day[n - 1]` messages in any 24 hours that end on day n; no limit after the last day."""

    per_day: tuple[int, ...]

    def day(self, started_at: float, now: float) -> int | None:
        """1 on the first day (also before it); None when the warm-up is over."""
        day = max(1, int((now - started_at) // _DAY) + 1)
        return day if day <= len(self.per_day) else None


class Allowance(Struct, frozen=True, kw_only=True):
    """Everything that limits one subject. A limit per minute and a warm-up are always spread; `spread`: all are."""

    throttle: Throttle = Throttle()
    spread: bool = False
    warm_up: WarmUp | None = None

    def limits(self, started_at: float, now: float) -> Iterator[tuple[str, RateLimit]]:
        """The limits in force, each with the name of its span."""
        for span, seconds in _SECONDS.items():
            limit = getattr(self.throttle, f"per_{span}")
            if limit is not None:
                yield span, RateLimit(limit, seconds, self.spread or span == "minute")
        day = self.warm_up.day(started_at, now) if self.warm_up else None
        if self.warm_up and day:
            yield WARM_UP, RateLimit(self.warm_up.per_day[day - 1], _DAY, even=True)

"""The breakers of this process, one for each provider."""

from datetime import timedelta

from campaigns.application.delivery.permits import Hold
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.http.breaker import Breaker

_SHORTEST_HOLD = 0.2  # seconds: while somebody else finds out
HANDFUL = 8
"""Messages that find out whether a provider is back."""


class Breakers:
    """Why not shared: what is broken is often the way from one host, and a shared word would stop the others."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_provider: dict[str, Breaker] = {}

    def of(self, provider: str) -> Breaker:
        return self._by_provider.setdefault(provider, Breaker(provider))

    def states(self) -> dict[str, bool]:
        """By provider whether its breaker is open."""
        return {provider: breaker.is_open for provider, breaker in self._by_provider.items()}

    def let_through(self, provider: str, count: int) -> int:
        """How many of `count` may be tried: all, a handful, or none."""
        breaker = self._by_provider.get(provider)
        if breaker is None or not breaker.has_tripped:
            return count
        return 0 if breaker.is_open else min(HANDFUL, count)

    def hold(self, provider: str) -> Hold:
        """How long to wait for a provider whose breaker is open, and why."""
        breaker = self.of(provider)
        until = self._clock.now() + timedelta(seconds=max(breaker.retry_after, _SHORTEST_HOLD))
        away = f"provider {provider}, which is away ({breaker.reason})"
        return Hold(until, f"{away}, until {until:%Y-%m-%d %H:%M:%S} UTC")

"""How long to wait before starting again what fell over."""

_SHORTEST, _LONGEST = 0.2, 10.0
_STEADY_AFTER = 30.0


class Backoff:
    """Doubles from 0.2 to 10 s with each quick failure; a run of 30 s makes it forget. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._failures = 0
        self._started_at: float | None = None
        self._due_at = 0.0

    def started(self, now: float) -> None:
        self._started_at = now

    def failed(self, now: float) -> float:
        """Note a failure; returns the pause before the next start."""
        if self._started_at is not None and now - self._started_at >= _STEADY_AFTER:
            self._failures = 0
        self._started_at = None
        pause: float = min(_SHORTEST * 2.0**self._failures, _LONGEST)
        self._failures += 1
        self._due_at = now + pause
        return pause

    def due(self, now: float) -> bool:
        return now >= self._due_at

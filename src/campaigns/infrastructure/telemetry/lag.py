"""How long a follower has been behind, from looking at the log's end again and again."""

from collections import deque

_LONGEST = 4_096  # looks: hours at one in five seconds


class Growth:
    """What the end of one log was, and when. Instants are seconds of any steady clock."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque(maxlen=_LONGEST)

    def note(self, now: float, end: int) -> None:
        """The log ends here now. Only the first look at an end is kept."""
        if not self._looks or self._looks[-1][1] != end:
            self._looks.append((now, end))

    def seconds_behind(self, now: float, position: int) -> float:
        """Since the first look that saw the log beyond `position`; 0 for a follower at its end."""
        return next((now - seen for seen, end in self._looks if end > position), 0.0)

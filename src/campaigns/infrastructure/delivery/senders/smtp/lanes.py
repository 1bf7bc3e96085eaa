"""How many connections a chunk is spread over: a slow server gets many at once, a fast one few that are well filled."""

_LONGEST = 16  # messages that make another connection worth while, however fast the server is
_SECONDS = 0.016  # what one connection should take for its part of a chunk


class LaneLength:
    """Learns from each chunk how long one message takes on one connection."""

    def __init__(self) -> None:
        self._seconds_each = 0.0

    def lanes(self, messages: int, most: int) -> int:
        """Connections for so many messages."""
        length = _LONGEST if self._seconds_each == 0 else _SECONDS / self._seconds_each
        return max(1, min(most, messages, round(messages / max(1.0, min(_LONGEST, length))))) if messages else 0

    def took(self, seconds: float, messages: int, lanes: int) -> None:
        """So many messages over so many connections took so long."""
        if messages:
            each = seconds * lanes / messages
            self._seconds_each = each if self._seconds_each == 0 else (self._seconds_each + each) / 2

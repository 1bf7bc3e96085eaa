"""How large a chunk is, so that it takes about as long as wanted whatever the provider's speed."""

_FASTEST_GROWTH = 2.0
_STRONGEST_CUT = 0.25


class ChunkSize:
    """Grows and shrinks with what the last chunks took; shared by the batches of one worker and channel."""

    def __init__(self, seconds: float, first: int, largest: int = 1000) -> None:
        self._seconds = seconds
        self._first = first
        self._largest = largest
        self._size = float(first)

    @property
    def size(self) -> int:
        return max(1, int(self._size))

    def took(self, messages: int, seconds: float) -> None:
        """A chunk of so many messages took so long. Small last chunks of a batch say nothing about larger ones."""
        if messages * 2 < self._size and seconds < self._seconds:
            return
        factor = self._seconds / max(seconds, 1e-6)
        self._size *= min(_FASTEST_GROWTH, max(_STRONGEST_CUT, factor))
        self._size = min(float(self._largest), max(1.0, self._size))

    def start_small(self) -> None:
        """The provider was away: the next chunk is a probe."""
        self._size = min(self._size, float(self._first))

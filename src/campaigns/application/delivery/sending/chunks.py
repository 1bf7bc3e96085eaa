"""How large a chunk is, so that it takes little longer than a handful of messages does, whatever the provider's speed.

A provider that answers each call after 100 ms, however many messages it holds, gets large chunks; one that takes 10 ms
for each message gets small ones, so that a crash leaves few without an outcome.
"""

_FASTEST_GROWTH = 2.0
_STRONGEST_CUT = 0.25
_PROBED_EVERY = 32


class ChunkSize:
    """Grows and shrinks with what chunks took; shared by the batches of one worker and execution.

    `handful` messages are sent first and now and then: what they take is the provider's latency, and a full chunk may
    take `seconds` longer than that. The `largest` is half a batch, so that the next is rendered while one is under way.
    """

    def __init__(self, seconds: float, handful: int, largest: int = 500) -> None:
        self._seconds = seconds
        self._handful = handful
        self._largest = largest
        self._size = handful
        self._latency: float | None = None
        self._given = 0

    def next(self) -> int:
        """The size of the next chunk."""
        self._given += 1
        return self._handful if self._given % _PROBED_EVERY == 0 else self._size

    def took(self, messages: int, seconds: float) -> None:
        """A chunk of so many messages took so long."""
        if messages <= self._handful or self._latency is None:
            self._latency = seconds if self._latency is None else (self._latency + seconds) / 2
        self._latency = min(self._latency, seconds)  # the first handful also waited for connections to be opened
        longer = max(seconds - self._latency, 1e-6)
        if longer < self._seconds and messages < self._size:
            return  # the small last chunk of a batch, or a handful: says nothing about larger ones
        lowest, highest = messages * _STRONGEST_CUT, messages * _FASTEST_GROWTH
        aim = min(highest, max(lowest, self._fitting(messages, longer)))
        self._size = min(self._largest, max(1, round(aim)))

    def _fitting(self, messages: int, longer: float) -> float:
        """So many would have taken as long as they may: each beyond the handful took its share of what was longer."""
        beyond = messages - self._handful
        if beyond > 0:
            return self._handful + beyond * self._seconds / longer
        return messages * self._seconds / longer

    def start_small(self) -> None:
        """The provider was away: the next chunk is a handful."""
        self._size = min(self._size, self._handful)

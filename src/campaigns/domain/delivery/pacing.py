"""When which part of the plan may leave: a pure function, so that no counter has to be shared between workers.

Every limit counts over a window a little longer than its own (`_SLACK`), so that a batch which leaves late by less
than the difference still breaks no limit. Batches are small against the limits, so that whole batches fill them.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.sending_limits import Throttle

MAX_BATCH = 1000
_BATCHES_PER_LIMIT = 40
_SLACK = 50  # a fiftieth: 1.2 s of a minute
LONG_AGO, _FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class PacedBatch(Struct, frozen=True):
    """Messages seq_from … seq_to (inclusive) are not released before `release_at`."""

    seq_from: int
    seq_to: int
    release_at: datetime

    @property
    def size(self) -> int:
        return self.seq_to - self.seq_from + 1


class Release(Struct, frozen=True):
    """What has left already: counts against the limits when what is left is paced again."""

    at: datetime
    count: int


def pace(
    size: int, throttle: Throttle | None, hours: OpeningHours, start: datetime, earlier: Sequence[Release] = ()
) -> list[PacedBatch]:
    """Cut seq 1 … size into batches and say when each is released; `start` and the answer are UTC.

    `earlier` (ascending) counts against the limits: what other runs of the campaign have sent, or will send.
    """
    each = batch_size(throttle)
    firsts = range(1, size + 1, each)
    sizes = [min(each, size - first + 1) for first in firsts]
    times = release_times(sizes, throttle, hours, start, earlier)
    return [PacedBatch(first, first + count - 1, at) for first, count, at in zip(firsts, sizes, times, strict=True)]


def batch_size(throttle: Throttle | None) -> int:
    """Small against every limit (a fortieth), at most 1,000, at least 1."""
    smallest = min((limit for limit, _ in limits_of(throttle)), default=MAX_BATCH * _BATCHES_PER_LIMIT)
    return max(1, min(MAX_BATCH, smallest // _BATCHES_PER_LIMIT))


def lateness(throttle: Throttle | None) -> timedelta | None:
    """By how much a released batch may leave late before it has to be paced again; None: by any."""
    return min((window / _SLACK for _, window in limits_of(throttle)), default=None)


def release_times(
    sizes: Sequence[int],
    throttle: Throttle | None,
    hours: OpeningHours,
    start: datetime,
    earlier: Sequence[Release] = (),
) -> list[datetime]:
    """For each batch the instant before which it is not released. `earlier` (ascending) has left already."""
    limits = [SlidingLimit(limit, window) for limit, window in limits_of(throttle)]
    for release in earlier:
        for limit in limits:
            limit.take(release.at, release.count)
    opening = Opening(hours, start)
    return [_release(size, limits, opening) for size in sizes]


def _release(size: int, limits: Sequence["SlidingLimit"], opening: "Opening") -> datetime:
    at = opening.at_or_after(max((limit.free_from(size) for limit in limits), default=LONG_AGO))
    for limit in limits:
        limit.take(at, size)
    return at


def limits_of(throttle: Throttle | None) -> Iterator[tuple[int, timedelta]]:
    if throttle is None:
        return
    limits = ((throttle.per_minute, _MINUTE), (throttle.per_hour, _HOUR), (throttle.per_day, _DAY))
    yield from ((limit, window) for limit, window in limits if limit is not None)


class SlidingLimit:
    """At most `limit` in any stretch of `window`; a limit per minute is also spread evenly within the minute."""

    def __init__(self, limit: int, window: timedelta) -> None:
        self._limit = limit
        self._window = window + window / _SLACK
        self._spread = window == _MINUTE
        self._releases: deque[Release] = deque()
        self._total = 0
        self._next = LONG_AGO

    def free_from(self, size: int) -> datetime:
        """The earliest instant at which `size` more may leave; forgets what no later release can meet."""
        at = self._next
        while self._releases and self._total + size > self._limit:
            oldest = self._releases.popleft()
            self._total -= oldest.count
            at = max(at, oldest.at + self._window)
        return at

    def take(self, at: datetime, count: int) -> None:
        self._releases.append(Release(at, count))
        self._total += count
        self._next = at + self._window * count / self._limit if self._spread else at


class Opening:
    """Open instants, asked for in ascending order."""

    def __init__(self, hours: OpeningHours, start: datetime) -> None:
        self._now = start
        self._intervals = iter(()) if hours.always else hours.intervals(start)
        self._open = (start, _FOREVER) if hours.always else next(self._intervals)

    def at_or_after(self, earliest: datetime) -> datetime:
        self._now = max(self._now, earliest)
        while self._now >= self._open[1]:
            self._open = next(self._intervals)
        self._now = max(self._now, self._open[0])
        return self._now

"""Which messages go first, and when the rest may follow at the earliest."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from campaigns.domain.delivery.pacing import PacedBatch, Release, batch_size, release_times
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.sending_limits import Throttle

STRETCHES = 10
Stretch = tuple[int, int]
"""First and last message, both included."""


def canary_stretches(size: int, people: int) -> list[Stretch]:
    """`size` of messages 1 … `people`, in up to ten stretches spread evenly over them.

    A plan is in the order of the user ids, which are often as old as the people: the first ones alone would be no
    fair sample.
    """
    parts = min(STRETCHES, size)
    widths, lengths = _shares(people, parts), _shares(size, parts)
    firsts = [1 + before for before in accumulate(widths[:-1], initial=0)]
    return [(first, first + length - 1) for first, length in zip(firsts, lengths, strict=True)]


def _shares(count: int, parts: int) -> list[int]:
    """As equal as whole numbers can be, the larger ones first."""
    return [count // parts + (part < count % parts) for part in range(parts)]


def rest_of(stretches: Sequence[Stretch], people: int) -> list[Stretch]:
    """What lies between and after them."""
    found, following = list[Stretch](), 1
    for first, last in (*stretches, (people + 1, people)):
        if first > following:
            found.append((following, first - 1))
        following = last + 1
    return found


def pace_after_canary(
    canary: Sequence[Stretch],
    people: int,
    *,
    wait: timedelta,
    throttle: Throttle | None,
    hours: OpeningHours,
    start: datetime,
) -> tuple[list[PacedBatch], int]:
    """All batches, the canary's first, and how many are the canary's. Times of the rest are the earliest possible."""
    each = batch_size(throttle)
    first, rest = _cut(canary, each), _cut(rest_of(canary, people), each)
    times = release_times([_size(part) for part in first], throttle, hours, start)
    earlier = [Release(at, _size(part)) for at, part in zip(times, first, strict=True)]
    times += release_times([_size(part) for part in rest], throttle, hours, times[-1] + wait, earlier)
    batches = [PacedBatch(low, high, at) for (low, high), at in zip([*first, *rest], times, strict=True)]
    return batches, len(first)


def _cut(stretches: Sequence[Stretch], each: int) -> list[Stretch]:
    return [(low, min(low + each - 1, last)) for first, last in stretches for low in range(first, last + 1, each)]


def _size(stretch: Stretch) -> int:
    return stretch[1] - stretch[0] + 1

"""Pacing for people by their own clocks: one throttle for all, each stretch within its own hours."""

from collections.abc import Sequence
from datetime import datetime
from heapq import heapify, heappop, heapreplace

from msgspec import Struct

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.local_hours import Stretch
from campaigns.domain.delivery.pacing import (
    LONG_AGO,
    Opening,
    PacedBatch,
    Release,
    SlidingLimit,
    batch_size,
    limits_of,
)
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.sending_limits import Throttle


class Queue(Struct, frozen=True, kw_only=True):
    """Batches of these sizes leave one after the other, in these hours, not before an instant."""

    sizes: Sequence[int]
    hours: OpeningHours
    not_before: datetime


def pace_stretches(stretches: Sequence[Stretch], brief: Brief) -> list[PacedBatch]:
    """Batches in the order of their release; none holds people of two stretches."""
    each = batch_size(brief.throttle)
    cuts = [[(low, min(low + each - 1, s.seq_to)) for low in range(s.seq_from, s.seq_to + 1, each)] for s in stretches]
    queues = [
        Queue(
            sizes=[high - low + 1 for low, high in cut],
            hours=brief.hours_in(stretch.zone),
            not_before=max(stretch.not_before, brief.starts_at),
        )
        for stretch, cut in zip(stretches, cuts, strict=True)
    ]
    times = release_queues(queues, brief.throttle)
    batches = [
        PacedBatch(low, high, at)
        for cut, released in zip(cuts, times, strict=True)
        for (low, high), at in zip(cut, released, strict=True)
    ]
    return sorted(batches, key=lambda batch: (batch.release_at, batch.seq_from))


def release_queues(
    queues: Sequence[Queue], throttle: Throttle | None, earlier: Sequence[Release] = ()
) -> list[list[datetime]]:
    """For each queue the times of its batches: whatever can leave first, leaves first."""
    limits = [SlidingLimit(limit, window) for limit, window in limits_of(throttle)]
    for release in earlier:
        for limit in limits:
            limit.take(release.at, release.count)
    largest = max((size for queue in queues for size in queue.sizes), default=0)
    openings = [Opening(queue.hours, queue.not_before) for queue in queues]
    times: list[list[datetime]] = [[] for _ in queues]
    coming = [(opening.at_or_after(LONG_AGO), n) for n, opening in enumerate(openings) if queues[n].sizes]
    heapify(coming)
    free = _free(limits, largest)
    while coming:
        guessed, n = coming[0]
        at = openings[n].at_or_after(free)
        if at > guessed:  # another queue may be open sooner
            heapreplace(coming, (at, n))
            continue
        for limit in limits:
            limit.take(at, queues[n].sizes[len(times[n])])
        free = _free(limits, largest)
        times[n].append(at)
        if len(times[n]) == len(queues[n].sizes):
            heappop(coming)
    return times


def _free(limits: Sequence[SlidingLimit], count: int) -> datetime:
    """Asked once between two releases, for the largest batch: a limit forgets what it has been asked about."""
    return max((limit.free_from(count) for limit in limits), default=LONG_AGO)

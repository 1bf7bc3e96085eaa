"""When messages leave that become due one by one, over days."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

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

GATHERED = timedelta(minutes=1)
"""What is due within so much time is looked at together."""


def pace_answers(
    due: Sequence[datetime], throttle: Throttle | None, hours: OpeningHours, start: datetime
) -> list[PacedBatch]:
    """Like `pace`, but no message leaves before it is due; `due` ascends, and begins at or after `start`."""
    limits = [SlidingLimit(limit, window) for limit, window in limits_of(throttle)]
    opening = Opening(hours, start)
    batches: list[PacedBatch] = []
    first = 1
    for gathered in _gathered(due, batch_size(throttle)):
        free = max((limit.free_from(gathered.count) for limit in limits), default=LONG_AGO)
        at = opening.at_or_after(max(gathered.at, free))
        for limit in limits:
            limit.take(at, gathered.count)
        batches.append(PacedBatch(first, first + gathered.count - 1, at))
        first += gathered.count
    return batches


def _gathered(due: Sequence[datetime], most: int) -> Iterator[Release]:
    """What is due within a minute, when its last is; at most so many at once."""
    for _, together in groupby(due, key=lambda at: at.timestamp() // GATHERED.total_seconds()):
        instants = list(together)
        for start in range(0, len(instants), most):
            yield Release(instants[-1], len(instants[start : start + most]))

"""A test is sent to a sample first: where the rest stands in the plan, and when it can follow at the earliest."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from campaigns.domain.delivery.pacing import PacedBatch, Release, batch_size, release_times
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.sending_limits import Throttle

FIRST_OF_REST = 1 << 30
"""The first message of the rest: whole pages beyond any sample, so that neither has to know how large the other is."""

LONGEST_TEST = timedelta(days=30)
"""A test without a duration is judged for the last time then."""


class BriefTest(Struct, frozen=True, kw_only=True):
    """What delivery knows of a test. Everybody is in it when `sample_percentage` is None or 100: then nobody waits."""

    sample_percentage: float | None = None
    duration_minutes: int | None = None

    @property
    def leaves_rest(self) -> bool:
        return self.sample_percentage is not None and self.sample_percentage < 100  # noqa: PLR2004 - percent

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=self.duration_minutes) if self.duration_minutes else LONGEST_TEST


def is_of_rest(seq: int) -> bool:
    return seq >= FIRST_OF_REST


def pace_rest(
    people: int,
    before: Sequence[PacedBatch],
    *,
    wait: timedelta,
    starts_at: datetime,
    throttle: Throttle | None,
    hours: OpeningHours,
) -> list[PacedBatch]:
    """The batches of the rest, `wait` after the last of `before`; the times are forecasts until the winner is known."""
    each = batch_size(throttle)
    firsts = range(FIRST_OF_REST, FIRST_OF_REST + people, each)
    sizes = [min(each, FIRST_OF_REST + people - first) for first in firsts]
    earlier = sorted((Release(batch.release_at, batch.size) for batch in before), key=lambda one: one.at)
    start = max((one.at for one in earlier), default=starts_at) + wait
    times = release_times(sizes, throttle, hours, start, earlier)
    return [PacedBatch(first, first + size - 1, at) for first, size, at in zip(firsts, sizes, times, strict=True)]

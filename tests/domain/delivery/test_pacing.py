"""Pacing: no limit is ever broken, nothing leaves outside a window, and what the limits allow is used."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.domain.delivery.errors import NeverOpenError
from campaigns.domain.delivery.pacing import MAX_BATCH, PacedBatch, Release, batch_size, lateness, pace, release_times
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.sending_limits import SendWindow, Throttle

USUAL = settings().max_examples
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = ("UTC", "Europe/Paris", "Australia/Lord_Howe", "America/Sao_Paulo", "America/New_York", "Asia/Kolkata")
# Days around the clock changes of Paris, New York and Lord Howe, ordinary ones, and those of São Paulo while it had any:
# there the clock was put forward at midnight, so that a day began at one o'clock.
STARTS = [
    datetime(2026, month, day, tzinfo=UTC)
    for month, day in [(3, 7), (3, 28), (4, 4), (10, 3), (10, 24), (10, 31), (6, 10)]
] + [datetime(2018, 11, 3, tzinfo=UTC), datetime(2019, 2, 16, tzinfo=UTC)]

limits = st.one_of(st.none(), st.integers(1, 3_000))
throttles = st.builds(
    Throttle, per_minute=limits, per_hour=st.one_of(st.none(), st.integers(100, 20_000)), per_day=limits
)
starts = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds), st.sampled_from(STARTS), st.integers(0, 3 * 86_400)
)


@st.composite
def windows(draw: st.DrawFn) -> SendWindow:
    first = draw(st.integers(0, 1_380))
    last = draw(st.integers(first + 30, 1_439))
    days = draw(st.sets(st.sampled_from(DAYS), min_size=1))
    return SendWindow(days=tuple(days), start=time(first // 60, first % 60), end=time(last // 60, last % 60))  # type: ignore[arg-type]


hours = st.builds(
    OpeningHours,
    windows=st.lists(windows(), max_size=3).map(tuple),
    zone=st.sampled_from(ZONES),
    exclude_weekends=st.booleans(),
)


def paced(size: int, throttle: Throttle | None, opening: OpeningHours, start: datetime) -> list[PacedBatch]:
    try:
        return pace(size, throttle, opening, start)
    except NeverOpenError:
        return []


def heaviest(batches: list[PacedBatch], window: timedelta) -> int:
    """The most that leaves in any stretch of that length, when every batch leaves as late as it may."""
    worst, total, oldest = 0, 0, 0
    for newest, batch in enumerate(batches):
        total += batch.size
        while batch.release_at - batches[oldest].release_at >= window:
            total -= batches[oldest].size
            oldest += 1
        worst = max(worst, total)
        assert oldest <= newest
    return worst


@settings(max_examples=USUAL * 3 // 2)
@given(st.integers(0, 2_000), throttles, hours, starts)
def test_no_limit_is_broken_in_any_stretch_even_when_batches_leave_late(
    size: int, throttle: Throttle, opening: OpeningHours, start: datetime
) -> None:
    batches = paced(size, throttle, opening, start)
    late = lateness(throttle) or timedelta()
    for limit, window in (
        (throttle.per_minute, timedelta(minutes=1)),
        (throttle.per_hour, timedelta(hours=1)),
        (throttle.per_day, timedelta(days=1)),
    ):
        if limit is not None:
            assert heaviest(batches, window + late) <= limit


@settings(max_examples=USUAL * 3 // 2)
@given(st.integers(1, 1_500), st.one_of(st.none(), throttles), hours, starts)
def test_everybody_is_in_one_batch_in_order_and_nothing_leaves_outside_a_window(
    size: int, throttle: Throttle | None, opening: OpeningHours, start: datetime
) -> None:
    batches = paced(size, throttle, opening, start)
    if not batches:
        return
    assert (batches[0].seq_from, batches[-1].seq_to) == (1, size)
    for earlier, later in pairwise(batches):
        assert later.seq_from == earlier.seq_to + 1
        assert later.release_at >= earlier.release_at
    for batch in batches:
        assert 1 <= batch.size <= MAX_BATCH
        assert batch.release_at >= start
        assert within(batch.release_at, opening)


def within(at: datetime, opening: OpeningHours) -> bool:
    """By the wall clock, written down a second time and differently."""
    wall = at.astimezone(ZoneInfo(opening.zone))
    if opening.exclude_weekends and wall.weekday() >= 5:
        return False
    minute = wall.hour * 60 + wall.minute
    return not opening.windows or any(
        DAYS[wall.weekday()] in w.days and w.start.hour * 60 + w.start.minute <= minute < w.end.hour * 60 + w.end.minute
        for w in opening.windows
    )


@settings(max_examples=USUAL * 2)
@given(hours, starts)
def test_the_next_open_instant_is_the_earliest(opening: OpeningHours, start: datetime) -> None:
    try:
        found = opening.next_open(start)
    except NeverOpenError:
        assert not any(within(start + timedelta(minutes=10 * n), opening) for n in range(14 * 144))
        return
    assert within(found, opening)
    assert opening.is_open(found)
    closed = (found - start) / 40
    assert not any(within(start + closed * n, opening) for n in range(40) if start + closed * n < found)


@settings(max_examples=USUAL * 3 // 5)
@given(st.integers(1, 50_000))
def test_at_least_95_percent_of_a_limit_per_minute_is_used(limit: int) -> None:
    throttle = Throttle(per_minute=limit)
    size = min(limit * 10, 100_000)
    batches = pace(size, throttle, OpeningHours(), STARTS[0])
    spent = batches[-1].release_at - batches[0].release_at
    before_last = size - batches[-1].size
    assert before_last / (limit * (spent / timedelta(minutes=1)) or before_last or 1) >= 0.95


SPANS = {"per_minute": timedelta(minutes=1), "per_hour": timedelta(hours=1), "per_day": timedelta(days=1)}


@settings(max_examples=USUAL * 3 // 5)
@given(st.sampled_from(["per_hour", "per_day"]), st.integers(1, 10_000))
def test_at_least_95_percent_of_longer_limits_is_used(span: str, limit: int) -> None:
    throttle, window = Throttle(**{span: limit}), SPANS[span]
    batches = pace(limit * 10, throttle, OpeningHours(), STARTS[0])
    last = batches[-1].release_at
    left_before = sum(batch.size for batch in batches if batch.release_at < last)
    assert left_before / (limit * ((last - batches[0].release_at) / window)) >= 0.95


@pytest.mark.parametrize(
    ("zone", "day", "hours_open"),
    [
        ("Europe/Paris", date(2026, 3, 29), 2),
        ("Europe/Paris", date(2026, 10, 25), 4),
        ("Australia/Lord_Howe", date(2026, 10, 4), 2.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 3.5),
        ("America/New_York", date(2026, 3, 8), 2),
        ("America/New_York", date(2026, 11, 1), 4),
        ("America/Sao_Paulo", date(2018, 11, 4), 3),
        ("America/Sao_Paulo", date(2019, 2, 17), 3),
        ("Europe/Paris", date(2026, 6, 10), 3),
    ],
)
def test_a_window_over_the_clock_change_is_as_long_as_the_clock_makes_it(
    zone: str, day: date, hours_open: float
) -> None:
    opening = OpeningHours(windows=(SendWindow(days=DAYS, start=time(1), end=time(4)),), zone=zone)
    midnight = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    open_seconds = sum(opening.is_open(midnight + timedelta(minutes=n)) for n in range(24 * 60)) * 60
    assert open_seconds == hours_open * 3600
    measured = timedelta()
    for start, end in opening.intervals(midnight):
        if start >= midnight + timedelta(hours=20):
            break
        measured += end - start
    assert measured == timedelta(hours=hours_open)


def test_windows_that_never_open_are_refused() -> None:
    opening = OpeningHours(windows=(SendWindow(days=("sat",), start=time(9), end=time(17)),), exclude_weekends=True)
    with pytest.raises(NeverOpenError):
        pace(1, None, opening, STARTS[0])


def test_without_limits_everything_is_released_at_once_by_the_thousand() -> None:
    batches = pace(2_500, None, OpeningHours(), STARTS[0])
    assert [batch.size for batch in batches] == [1_000, 1_000, 500]
    assert {batch.release_at for batch in batches} == {STARTS[0]}
    assert (batch_size(None), lateness(None)) == (1_000, None)


@given(st.lists(st.integers(1, 25), min_size=1, max_size=60), st.integers(0, 900))
def test_what_has_left_before_counts_when_the_rest_is_paced_again(sizes: list[int], already: int) -> None:
    throttle = Throttle(per_minute=1_000)
    now = STARTS[0]
    earlier = [Release(now - timedelta(seconds=1), already)] if already else []
    times = release_times(sizes, throttle, OpeningHours(), now, earlier)
    seen = [PacedBatch(1, already, now - timedelta(seconds=1))] if already else []
    seen += [PacedBatch(1, size, at) for size, at in zip(sizes, times, strict=True)]
    assert heaviest(seen, timedelta(minutes=1)) <= 1_000


@settings(max_examples=USUAL)
@given(st.sampled_from(ZONES), starts, st.integers(1, 600), st.integers(2, 12))
def test_at_least_95_percent_of_a_limit_is_used_while_a_window_is_open_also_when_the_clock_is_changed(
    zone: str, start: datetime, limit: int, open_hours: int
) -> None:
    window = SendWindow(days=DAYS, start=time(0, 30), end=time(open_hours, 30))
    opening = OpeningHours(windows=(window,), zone=zone)
    opens, closes = next(opening.intervals(opening.next_open(start + timedelta(hours=12))))
    minutes = (closes - opens) / timedelta(minutes=1)
    batches = pace(int(limit * minutes) + limit, Throttle(per_minute=limit), opening, opens)
    in_time = sum(batch.size for batch in batches if batch.release_at < closes)
    assert limit * minutes + limit >= in_time >= 0.95 * limit * (minutes - 1)


@settings(max_examples=USUAL)
@given(st.tuples(throttles, throttles), hours, starts, st.integers(1, 1_500), st.floats(0, 1))
def test_under_a_new_throttle_nothing_leaves_that_would_be_too_much_with_what_had_left(
    change: tuple[Throttle, Throttle], opening: OpeningHours, start: datetime, size: int, share: float
) -> None:
    batches = paced(size, change[0], opening, start)
    if not batches:  # the hours never open: nothing is planned, and nothing is paced again
        return
    gone, rest = batches[: int(len(batches) * share)], batches[int(len(batches) * share) :]
    now = gone[-1].release_at if gone else start
    each = batch_size(change[1])
    pieces = [min(each, batch.size - done) for batch in rest for done in range(0, batch.size, each)]
    left = [Release(batch.release_at, batch.size) for batch in gone]
    times = release_times(pieces, change[1], opening, now, left)
    assert all(within(at, opening) and at >= now for at in times)
    left += [Release(at, count) for at, count in zip(times, pieces, strict=True)]
    instants, sums = [release.at for release in left], [0, *accumulate(release.count for release in left)]
    for span, window in SPANS.items():
        limit = getattr(change[1], span)
        for n in range(len(gone), len(left)):
            if limit is not None:
                assert sums[n + 1] - sums[bisect_right(instants, instants[n] - window)] <= limit

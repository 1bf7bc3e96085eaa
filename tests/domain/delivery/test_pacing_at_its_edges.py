"""Small plans, worked out by hand."""

from datetime import UTC, datetime, time, timedelta
from itertools import takewhile

import pytest

from campaigns.domain.delivery.errors import NeverOpenError
from campaigns.domain.delivery.pacing import PacedBatch, Release, batch_size, lateness, pace, release_times
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.sending_limits import SendWindow, Throttle, Weekday

MONDAY = datetime(2026, 6, 8, tzinfo=UTC)
ALWAYS = OpeningHours()
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def window(*days: Weekday, start: int = 9, end: int = 17) -> SendWindow:
    return SendWindow(days=days, start=time(start), end=time(end))


@pytest.mark.parametrize(
    ("throttle", "size", "late"),
    [
        (None, 1_000, None),
        (Throttle(), 1_000, None),
        (Throttle(per_minute=400), 10, 1.2 * SECOND),
        (Throttle(per_hour=400), 10, 72 * SECOND),
        (Throttle(per_day=400), 10, 1_728 * SECOND),
        (Throttle(per_minute=400, per_day=80), 2, 1.2 * SECOND),
        (Throttle(per_hour=39), 1, 72 * SECOND),
        (Throttle(per_hour=79), 1, 72 * SECOND),
        (Throttle(per_hour=80), 2, 72 * SECOND),
        (Throttle(per_hour=40_000), 1_000, 72 * SECOND),
        (Throttle(per_hour=1_000_000), 1_000, 72 * SECOND),
    ],
)
def test_a_batch_is_a_fortieth_of_a_limit_and_may_be_a_fiftieth_of_its_window_late(
    throttle: Throttle | None, size: int, late: timedelta | None
) -> None:
    assert (batch_size(throttle), lateness(throttle)) == (size, late)


def test_a_limit_per_minute_is_spread_evenly_within_the_minute() -> None:
    batches = pace(120, Throttle(per_minute=60), ALWAYS, MONDAY)
    assert [batch.release_at for batch in batches] == [MONDAY + 1.02 * SECOND * n for n in range(120)]


def test_a_larger_batch_is_followed_by_a_longer_wait() -> None:
    times = release_times([10, 20, 10], Throttle(per_minute=60), ALWAYS, MONDAY)
    assert times == [MONDAY, MONDAY + 10.2 * SECOND, MONDAY + 30.6 * SECOND]


def test_a_limit_per_hour_is_used_at_once_and_then_waits_for_its_window() -> None:
    times = release_times([50, 50, 1], Throttle(per_hour=100), ALWAYS, MONDAY)
    assert times == [MONDAY, MONDAY, MONDAY + 1.02 * HOUR]


def test_a_limit_per_day_waits_for_its_window() -> None:
    times = release_times([60, 60], Throttle(per_day=100), ALWAYS, MONDAY)
    assert times == [MONDAY, MONDAY + 1.02 * DAY]


def test_what_left_an_hour_ago_counts_no_more() -> None:
    gone = [Release(MONDAY - 1.02 * HOUR, 100)]
    recent = [Release(MONDAY - HOUR, 100)]
    assert release_times([100], Throttle(per_hour=100), ALWAYS, MONDAY, gone) == [MONDAY]
    assert release_times([100], Throttle(per_hour=100), ALWAYS, MONDAY, recent) == [MONDAY + 0.02 * HOUR]


def test_the_batches_name_their_first_and_last_message() -> None:
    assert pace(5, Throttle(per_hour=80), ALWAYS, MONDAY) == [
        PacedBatch(1, 2, MONDAY),
        PacedBatch(3, 4, MONDAY),
        PacedBatch(5, 5, MONDAY),
    ]


def test_nobody_to_send_to_makes_no_batch() -> None:
    assert pace(0, None, ALWAYS, MONDAY) == []


def test_what_does_not_fit_before_the_window_closes_waits_for_the_next() -> None:
    hours = OpeningHours(windows=(window(*WEEKDAYS),))
    start = MONDAY + 16.5 * HOUR
    times = release_times([100, 100], Throttle(per_hour=100), hours, start)
    assert times == [start, MONDAY + DAY + 9 * HOUR]


def test_the_end_of_a_window_is_outside() -> None:
    hours = OpeningHours(windows=(window(*WEEKDAYS),))
    assert hours.is_open(MONDAY + 9 * HOUR)
    assert not hours.is_open(MONDAY + 17 * HOUR)
    assert pace(1, None, hours, MONDAY + 17 * HOUR)[0].release_at == MONDAY + DAY + 9 * HOUR


def test_windows_are_open_from_week_to_week() -> None:
    hours = OpeningHours(windows=(window("mon"),))
    opened = hours.intervals(MONDAY)
    weeks = [next(opened) for _ in range(4)]
    assert weeks == [(MONDAY + 7 * DAY * n + 9 * HOUR, MONDAY + 7 * DAY * n + 17 * HOUR) for n in range(4)]


def test_a_window_that_opens_on_the_last_day_looked_at_is_found() -> None:
    hours = OpeningHours(windows=(window("mon"),))
    assert hours.next_open(MONDAY + 17 * HOUR) == MONDAY + 7 * DAY + 9 * HOUR
    assert hours.next_open(MONDAY + 10 * HOUR) == MONDAY + 10 * HOUR


def test_touching_windows_are_one() -> None:
    hours = OpeningHours(windows=(window("mon"), window("mon", start=17, end=20), window("mon", start=10, end=12)))
    assert next(hours.intervals(MONDAY)) == (MONDAY + 9 * HOUR, MONDAY + 20 * HOUR)


def test_separate_windows_stay_separate() -> None:
    hours = OpeningHours(windows=(window("mon", start=14, end=16), window("mon", start=9, end=11)))
    opened = hours.intervals(MONDAY)
    assert [next(opened), next(opened)] == [
        (MONDAY + 9 * HOUR, MONDAY + 11 * HOUR),
        (MONDAY + 14 * HOUR, MONDAY + 16 * HOUR),
    ]


def test_without_windows_only_the_weekend_is_closed() -> None:
    hours = OpeningHours(exclude_weekends=True)
    friday = MONDAY + 4 * DAY
    opened = hours.intervals(friday + 23 * HOUR)
    assert [next(opened), next(opened)] == [
        (friday + 23 * HOUR, friday + DAY),
        (MONDAY + 7 * DAY, MONDAY + 8 * DAY),
    ]
    assert hours.is_open(friday + 23.99 * HOUR)
    assert not hours.is_open(friday + DAY)
    assert not hours.is_open(friday + 2 * DAY)


def test_hours_are_those_of_the_zone() -> None:
    tokyo = OpeningHours(windows=(window(*WEEKDAYS),), zone="Asia/Tokyo")
    assert tokyo.next_open(MONDAY) == MONDAY
    assert tokyo.next_open(MONDAY + 8 * HOUR) == MONDAY + DAY
    assert next(tokyo.intervals(MONDAY - 2 * HOUR)) == (MONDAY, MONDAY + 8 * HOUR)


PARIS_SPRING, PARIS_AUTUMN = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "opens", "closes", "expected"),
    [
        (PARIS_SPRING, time(1), time(4), [(0, 120)]),
        (PARIS_SPRING, time(1, 30), time(2, 30), [(30, 60)]),
        (PARIS_SPRING, time(2, 30), time(3, 30), [(60, 90)]),
        (PARIS_AUTUMN, time(2), time(3), [(0, 120)]),
        (PARIS_AUTUMN, time(2, 15), time(2, 45), [(15, 45), (75, 105)]),
        (PARIS_AUTUMN, time(2, 30), time(3, 30), [(30, 60), (90, 150)]),
    ],
)
def test_the_clock_s_change_is_found_to_the_second(
    day: datetime, opens: time, closes: time, expected: list[tuple[int, int]]
) -> None:
    """Paris changes its clock at 01:00 UTC: from 02:00 to 03:00 in spring, from 03:00 to 02:00 in autumn."""
    hours = OpeningHours(windows=(SendWindow(days=("sun",), start=opens, end=closes),), zone="Europe/Paris")
    opened = takewhile(lambda interval: interval[0] < day + DAY, hours.intervals(day))
    minutes = [((start - day) / (60 * SECOND), (end - day) / (60 * SECOND)) for start, end in opened]
    assert minutes == expected


def test_hours_that_never_come_are_refused_in_these_words() -> None:
    hours = OpeningHours(windows=(window("sat"),), exclude_weekends=True)
    with pytest.raises(NeverOpenError) as refused:
        hours.next_open(MONDAY)
    assert refused.value.detail == "the send windows and the excluded weekends leave no time to send"


def test_always_is_neither_windows_nor_weekends() -> None:
    assert ALWAYS.always
    assert not OpeningHours(exclude_weekends=True).always
    assert not OpeningHours(windows=(window("mon"),)).always
    assert ALWAYS.next_open(MONDAY) == MONDAY

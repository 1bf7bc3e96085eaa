"""Quiet hours by the wall clock, on days that change it, too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from campaigns.domain.trigger.quiet_hours import quiet_until
from campaigns.domain.trigger.rules import QuietHours

ZONES = ("UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu")
HOURS = strategies.integers(0, 23)


@pytest.mark.parametrize(
    ("start", "end", "hour", "until"),
    [
        (22, 7, 21, None),
        (22, 7, 22, 7),
        (22, 7, 3, 7),
        (22, 7, 7, None),
        (13, 15, 14, 15),
        (13, 15, 15, None),
        (9, 9, 9, None),
    ],
)
def test_quiet_hours_may_pass_midnight(start: int, end: int, hour: int, until: int | None) -> None:
    at = datetime(2027, 5, 4, hour, 30, tzinfo=UTC)
    found = quiet_until(QuietHours(start_hour=start, end_hour=end), "UTC", at)
    assert (found and found.hour) == until


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 5, 0, tzinfo=UTC)),  # spring: an hour less
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 6, 0, tzinfo=UTC)),  # autumn: one more
    ],
)
def test_the_night_is_as_long_as_the_clock_makes_it(at: datetime, until: datetime) -> None:
    assert quiet_until(QuietHours(start_hour=22, end_hour=7), "Europe/Paris", at) == until


@given(
    zone=strategies.sampled_from(ZONES),
    at=strategies.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)).map(lambda one: one.replace(tzinfo=UTC)),  # noqa: DTZ001
    start=HOURS,
    end=HOURS,
)
def test_what_is_held_leaves_later_and_not_within_quiet_hours(zone: str, at: datetime, start: int, end: int) -> None:
    quiet = QuietHours(start_hour=start, end_hour=end)
    until = quiet_until(quiet, zone, at)
    if until is None:
        hour = at.astimezone(ZoneInfo(zone)).hour
        assert not (start <= hour < end if start <= end else hour >= start or hour < end)
    else:
        assert at < until <= at + timedelta(hours=25)
        assert quiet_until(quiet, zone, until) is None

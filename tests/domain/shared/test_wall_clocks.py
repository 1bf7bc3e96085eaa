"""When a time of day comes true, on ordinary days and on those that change the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.shared.wall_clocks import FIRST_ZONE, LAST_ZONE, SPREAD, comes_true, first_anywhere, shown

DECADES = (datetime.fromisoformat("2010-01-01"), datetime.fromisoformat("2030-01-01"))
ZONES = (
    "Europe/Paris",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Tehran",
)


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Europe/Paris", "2027-01-04T09:00", "2027-01-04T08:00Z"),
        ("Europe/Paris", "2027-03-28T02:30", "2027-03-28T01:00Z"),  # left out: at the change
        ("Europe/Paris", "2027-10-31T02:30", "2027-10-31T00:30Z"),  # comes twice: the first time
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:30Z"),  # half an hour is left out
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45Z"),  # half an hour comes twice
        ("America/Sao_Paulo", "2018-11-04T00:30", "2018-11-04T03:00Z"),  # midnight is left out
        ("Pacific/Apia", "2011-12-30T09:30", "2011-12-30T10:00Z"),  # a whole day is left out
    ],
)
def test_a_time_comes_true_once(zone: str, wall: str, instant: str) -> None:
    assert comes_true(datetime.fromisoformat(wall), ZoneInfo(zone)) == datetime.fromisoformat(instant)


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    wall=st.datetimes(*DECADES).map(lambda at: at.replace(microsecond=0)),
)
def test_a_time_is_shown_when_it_comes_true_and_was_not_passed_a_second_before(zone: ZoneInfo, wall: datetime) -> None:
    at = comes_true(wall, zone)
    assert shown(at, zone) >= wall
    assert shown(at - timedelta(seconds=1), zone) < wall


@given(at=st.datetimes(*DECADES), zone=st.sampled_from(ZONES).map(ZoneInfo))
def test_no_clock_shows_a_time_before_the_first_or_after_the_last(at: datetime, zone: ZoneInfo) -> None:
    first = comes_true(at, FIRST_ZONE)
    assert first <= comes_true(at, zone) <= first + SPREAD + timedelta(days=1)  # a day more where a day is left out
    assert comes_true(at, LAST_ZONE) == first + SPREAD


def test_where_it_is_first_nine_o_clock_while_new_york_has_it_last() -> None:
    nine = datetime(2027, 1, 4, 14, tzinfo=UTC)
    assert first_anywhere(nine, ZoneInfo("America/New_York")) == datetime(2027, 1, 3, 19, tzinfo=UTC)

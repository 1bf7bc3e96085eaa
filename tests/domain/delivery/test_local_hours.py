"""Everybody at the same hour of their own clock: who when, within which limits."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.local_hours import ClockGroups, LocalHour, Stretch, is_known
from campaigns.domain.delivery.local_pacing import pace_stretches
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.domain.shared.sending_limits import SendWindow, Throttle
from campaigns.domain.shared.wall_clocks import comes_true

NINE = datetime.fromisoformat("2027-01-04T09:00")
HOUR = LocalHour(wall=NINE, lateness=timedelta(minutes=60))
TOKYO, PARIS, NEW_YORK = "Asia/Tokyo", "Europe/Paris", "America/New_York"
MIDNIGHT = datetime(2027, 1, 4, tzinfo=UTC)
ZONES = (TOKYO, PARIS, NEW_YORK, "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo")
OFFICE = SendWindow(days=("mon", "tue", "wed", "thu", "fri"), start=time(9), end=time(17))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        (TOKYO, "2027-01-03T19:00Z", "2027-01-04T00:00Z"),  # still to come
        (TOKYO, "2027-01-04T00:30Z", "2027-01-04T00:00Z"),  # passed by less than the lateness: at once
        (TOKYO, "2027-01-04T01:01Z", "2027-01-05T00:00Z"),  # passed by more: the next day
        (TOKYO, "2027-01-06T12:00Z", "2027-01-07T00:00Z"),  # days ago: the next one that comes
        (PARIS, "2027-01-04T01:01Z", "2027-01-04T08:00Z"),
        (NEW_YORK, "2027-01-04T01:01Z", "2027-01-04T14:00Z"),
    ],
)
def test_everybody_is_written_to_when_their_own_clock_shows_the_hour(zone: str, now: str, expected: str) -> None:
    assert HOUR.release(ZoneInfo(zone), instant(now)) == instant(expected)


def test_in_a_recurring_campaign_a_missed_hour_is_left_to_the_next_run() -> None:
    recurring = LocalHour(wall=NINE, lateness=timedelta(minutes=60), recurring=True)
    assert recurring.release(ZoneInfo(TOKYO), instant("2027-01-04T01:00Z")) == instant("2027-01-04T00:00Z")
    assert recurring.release(ZoneInfo(TOKYO), instant("2027-01-04T01:01Z")) is None


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        (PARIS, "2027-03-28T02:30", "2027-03-28T01:00Z"),  # left out: when the clock goes forward
        (PARIS, "2027-10-31T02:30", "2027-10-31T00:30Z"),  # comes twice: the first time, once
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:30Z"),
        ("America/Sao_Paulo", "2018-11-04T00:30", "2018-11-04T03:00Z"),
    ],
)
def test_on_days_that_change_the_clock_the_hour_comes_once(zone: str, wall: str, expected: str) -> None:
    hour = LocalHour(wall=instant(wall), lateness=timedelta(minutes=60))
    before = instant(expected) - timedelta(days=1)
    assert hour.release(ZoneInfo(zone), before) == instant(expected)


def test_a_clock_that_goes_forward_past_the_hour_does_not_delay_the_day_after() -> None:
    hour = LocalHour(wall=instant("2027-03-27T02:30"), lateness=timedelta(minutes=1))
    assert hour.release(ZoneInfo(PARIS), instant("2027-03-27T12:00Z")) == instant("2027-03-28T01:00Z")


def test_zones_whose_clocks_agree_are_one_group_and_unknown_ones_go_by_the_campaign_s() -> None:
    groups = ClockGroups(HOUR, PARIS, MIDNIGHT)
    assert groups.of(None) == groups.of("Europe/Berlin") == groups.of("Mars/Olympus") == groups.of(PARIS) == 0
    assert groups.of("Africa/Lagos") == 1  # at the same hour today, but it keeps no summer time
    assert groups.of(TOKYO) == groups.of("Asia/Seoul") == 2
    assert [(number, group.not_before) for number, group in groups.in_order()] == [
        (2, instant("2027-01-04T00:00Z")), (1, instant("2027-01-04T08:00Z")), (0, instant("2027-01-04T08:00Z")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "a\x00b", "x" * 5000]
)
def test_what_is_no_zone_is_known_to_be_none(zone: str) -> None:
    assert not is_known(zone)


def brief(**fields: Any) -> Brief:
    return Brief(
        tenant_id=TenantId("t"), campaign_id=CampaignId(UUID(int=1)), campaign_name="Spring", starts_at=MIDNIGHT, **fields
    )  # fmt: skip


def stretches(sizes: list[int]) -> list[Stretch]:
    found: list[Stretch] = []
    first = 1
    for size, zone in zip(sizes, ZONES, strict=False):
        if size:
            at = comes_true(NINE, ZoneInfo(zone))
            found.append(Stretch(seq_from=first, seq_to=first + size - 1, not_before=at, zone=zone))
            first += size
    return found


@given(
    sizes=st.lists(st.integers(0, 600), min_size=1, max_size=6),
    per_minute=st.none() | st.integers(50, 3_000),
    per_hour=st.none() | st.integers(100, 20_000),
    windows=st.sampled_from([(), (OFFICE,)]),
    weekends=st.booleans(),
)
def test_one_throttle_holds_for_all_and_each_stretch_keeps_to_its_own_hours(
    sizes: list[int], per_minute: int | None, per_hour: int | None, windows: tuple[SendWindow, ...], weekends: bool
) -> None:
    throttle = Throttle(per_minute=per_minute, per_hour=per_hour)
    order = brief(throttle=throttle, windows=windows, exclude_weekends=weekends)
    asked = stretches(sizes)
    batches = pace_stretches(asked, order)
    assert [one.release_at for one in batches] == sorted(one.release_at for one in batches)
    covered = sorted(seq for one in batches for seq in range(one.seq_from, one.seq_to + 1))
    assert covered == list(range(1, sum(sizes) + 1)) or sum(sizes) > len(covered) == sum(sizes[: len(ZONES)])
    for one in batches:
        (stretch,) = (each for each in asked if each.seq_from <= one.seq_from and one.seq_to <= each.seq_to)
        assert one.release_at >= max(stretch.not_before, MIDNIGHT)
        assert order.hours_in(stretch.zone).is_open(one.release_at)
    for limit, window in ((per_minute, timedelta(minutes=1)), (per_hour, timedelta(hours=1))):
        for first in batches if limit is not None else ():
            within = [
                b.seq_to - b.seq_from + 1
                for b in batches
                if first.release_at <= b.release_at < first.release_at + window
            ]
            assert sum(within) <= (limit or 0)


def test_who_waits_for_their_morning_keeps_nobody_else_waiting() -> None:
    asked = stretches([400, 400, 0])
    office = brief(throttle=Throttle(per_hour=100), windows=(OFFICE,))
    batches = pace_stretches(asked, office)
    paris = [one.release_at for one in batches if one.seq_from > 400]
    # Tokyo's office closes at 08:00 UTC, when that of Paris opens: the throttle goes on without a pause.
    assert min(paris) < instant("2027-01-04T09:00Z")
    assert max(one.release_at for one in batches) < instant("2027-01-05T00:00Z")

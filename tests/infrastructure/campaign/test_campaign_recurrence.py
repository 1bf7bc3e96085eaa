"""Planned instants in the wall clocks of zones, on ordinary days and on those that change the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.campaign.values import Schedule
from campaigns.infrastructure.campaign.recurrence import CronsimRecurrence

RECURRENCE = CronsimRecurrence()
YEAR_2027 = datetime(2027, 1, 1, tzinfo=UTC)


def instants(schedule: Schedule, after: datetime, count: int, anchor: datetime = YEAR_2027) -> list[datetime]:
    found: list[datetime] = []
    for _ in range(count):
        planned = RECURRENCE.next_after(schedule, anchor, after)
        assert planned is not None
        found.append(planned)
        after = planned
    return found


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", datetime(2027, 3, 28, tzinfo=UTC)),
        ("Europe/Paris", datetime(2027, 10, 31, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 4, 4, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 10, 3, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2018, 2, 18, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2018, 11, 4, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("cron", ["30 2 * * *", "30 0 * * *", "45 1 * * *", "0 9 * * *"])
def test_a_daily_run_happens_once_a_day_also_when_the_clock_changes(zone: str, day: datetime, cron: str) -> None:
    before = (day - timedelta(days=2)).replace(hour=12, tzinfo=ZoneInfo(zone))
    planned = instants(Schedule(cron=cron, timezone=zone), before.astimezone(UTC), 4)
    days = [instant.astimezone(ZoneInfo(zone)).date() for instant in planned]
    assert days == [(day + timedelta(days=n)).date() for n in (-1, 0, 1, 2)]


def test_a_run_is_planned_in_the_wall_clock_of_its_zone() -> None:
    schedule = Schedule(cron="0 9 * * mon", timezone="America/New_York")
    assert instants(schedule, YEAR_2027, 1) == [datetime(2027, 1, 4, 14, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("daily", [datetime(2027, 2, 1, 8, 30, tzinfo=UTC), datetime(2027, 2, 2, 8, 30, tzinfo=UTC)]),
        ("weekly", [datetime(2027, 2, 7, 8, 30, tzinfo=UTC), datetime(2027, 2, 14, 8, 30, tzinfo=UTC)]),
        ("monthly", [datetime(2027, 2, 28, 8, 30, tzinfo=UTC), datetime(2027, 3, 31, 7, 30, tzinfo=UTC)]),
    ],
)
def test_a_frequency_takes_its_time_from_the_start(frequency: str, expected: list[datetime]) -> None:
    anchor = datetime(2027, 1, 31, 8, 30, tzinfo=UTC)
    schedule = Schedule(frequency=frequency, timezone="Europe/Paris")  # type: ignore[arg-type]
    assert instants(schedule, anchor, 2, anchor) == expected


def test_a_monthly_run_keeps_its_day_where_every_month_has_it() -> None:
    anchor = datetime(2027, 1, 28, 8, tzinfo=UTC)
    assert [i.day for i in instants(Schedule(frequency="monthly"), anchor, 3, anchor)] == [28, 28, 28]


@pytest.mark.parametrize("schedule", [Schedule(), Schedule(frequency="once")])
def test_what_happens_once_does_not_recur(schedule: Schedule) -> None:
    assert RECURRENCE.next_after(schedule, YEAR_2027, YEAR_2027) is None


@pytest.mark.parametrize(
    "cron", ["0 9 * * *", "30 */2 * * *", "0 0 1 1 *", "15 8-18 * * mon-fri", "0 9 L * *", "0 9 29 2 *"]
)
def test_usable_expressions_are_taken(cron: str) -> None:
    assert RECURRENCE.problem(cron, "UTC") is None


@pytest.mark.parametrize(
    "cron",
    [
        "",
        "* * * * *",
        "0,30 * * * *",
        "*/30 9 * * *",
        "0 9 * *",
        "0 9 * * * *",
        "61 9 * * *",
        "0 25 * * *",
        "0 9 31 2 *",
        "0 9 * * mooday",
        "0 9 * * 1#6",
        "0 9 * * 1#2/3",
        "@daily",
        "0 9 * * *; rm -rf /",
        "0 9 * * " + "1," * 60 + "1",
        "٣ 9 * * *",
        "0 9 * * *\x00",
    ],
)
def test_unusable_expressions_are_refused_in_words(cron: str) -> None:
    problem = RECURRENCE.problem(cron, "UTC")
    assert problem is not None
    assert len(problem) > 10


@given(cron=st.text(alphabet="0123456789*,/-L#WMON ", max_size=20))
def test_no_expression_breaks_the_judgement(cron: str) -> None:
    if RECURRENCE.problem(cron, "UTC") is None:
        planned = RECURRENCE.next_after(Schedule(cron=cron, timezone="Europe/Paris"), YEAR_2027, YEAR_2027)
        assert planned is None or planned > YEAR_2027


@given(
    after=st.integers(0, 2 * 365 * 24 * 3600).map(lambda seconds: YEAR_2027 + timedelta(seconds=seconds)),
    zone=st.sampled_from(["Europe/Paris", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]),
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
)
def test_the_next_instant_is_always_later(after: datetime, zone: str, minute: int, hour: int) -> None:
    planned = RECURRENCE.next_after(Schedule(cron=f"{minute} {hour} * * *", timezone=zone), after, after)
    assert planned is not None
    assert after < planned <= after + timedelta(hours=49)


@pytest.mark.parametrize(
    ("frequency", "anchor", "after", "expected"),
    [
        # Moved to 03:00 by the spring change, a run does not move those after it.
        ("daily", "2027-03-01T01:30Z", "2027-03-28T01:00Z", "2027-03-29T00:30Z"),
        # The last day of February does not make the 28th of every later month.
        ("monthly", "2027-01-31T08:00Z", "2027-02-28T08:00Z", "2027-03-31T07:00Z"),
    ],
)
def test_a_moved_run_moves_none_after_it(frequency: str, anchor: str, after: str, expected: str) -> None:
    schedule = Schedule(frequency=frequency, timezone="Europe/Paris")  # type: ignore[arg-type]
    planned = RECURRENCE.next_after(schedule, datetime.fromisoformat(anchor), datetime.fromisoformat(after))
    assert planned == datetime.fromisoformat(expected)


def test_where_people_s_own_clocks_count_a_run_begins_with_the_first_of_them() -> None:
    schedule = Schedule(cron="0 9 * * mon", timezone="America/New_York", at_recipient_local_time=True)
    assert instants(schedule, YEAR_2027, 1) == [datetime(2027, 1, 3, 19, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [(Schedule(cron="30 2 * * *"), [2]), (Schedule(cron="15 8-10 * * *"), [8, 9, 10]), (Schedule(), [])],
)
def test_what_a_schedule_says_for_a_day_knows_no_change_of_clocks(schedule: Schedule, hours: list[int]) -> None:
    found = RECURRENCE.wall_times(schedule, YEAR_2027, date(2027, 3, 28))
    assert [one.hour for one in found] == hours

"""What people are told of runs on days that change the clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.domain.campaign.clock_remarks import clock_remarks
from campaigns.domain.campaign.foretelling import misfire_in_words, remarks_on
from campaigns.domain.campaign.values import Misfire, Mode, Schedule

FORWARD = "on this day the clock goes forward by 60 minutes at 02:00"
BACK = "on this day the clock goes back by 60 minutes at 03:00"


@pytest.mark.parametrize(
    ("zone", "at", "meant", "told"),
    [
        ("Europe/Paris", "2027-03-27T01:30Z", "02:30", ()),
        ("UTC", "2027-03-28T02:30Z", "02:30", ()),
        (
            "Europe/Paris",
            "2027-03-28T01:00Z",
            "02:30",
            (FORWARD, "02:30 is left out on this day; the run begins at 03:00"),
        ),
        ("Europe/Paris", "2027-03-28T07:00Z", "09:00", (FORWARD,)),
        (
            "Europe/Paris",
            "2027-10-31T00:30Z",
            "02:30",
            (BACK, "02:30 comes twice on this day; the run begins the first time"),
        ),
        (
            "Europe/Paris",
            "2027-10-31T01:30Z",
            "02:30",
            (BACK, "02:30 comes twice on this day; this run begins the second time"),
        ),
        (
            "Australia/Lord_Howe",
            "2027-10-02T15:30Z",
            "02:15",
            (
                "on this day the clock goes forward by 30 minutes at 02:00",
                "02:15 is left out on this day; the run begins at 02:30",
            ),
        ),
        (
            "America/Sao_Paulo",
            "2018-11-04T03:00Z",
            "00:30",
            (
                "on this day the clock goes forward by 60 minutes at 00:00",
                "00:30 is left out on this day; the run begins at 01:00",
            ),
        ),
    ],
)
def test_a_run_says_what_the_clock_does_to_it(zone: str, at: str, meant: str, told: tuple[str, ...]) -> None:
    instant = datetime.fromisoformat(at).astimezone(UTC)
    day = instant.astimezone(ZoneInfo(zone)).date()
    assert clock_remarks(instant, [datetime.fromisoformat(f"{day}T{meant}")], ZoneInfo(zone)) == told


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (None, "a start that is missed is made up for, at most 60 minutes late; after that it is let go"),
        (Schedule(misfire=Misfire.SKIP), "a start that is missed is let go"),
        (
            Schedule(misfire=Misfire.LATEST, max_lateness_minutes=90),
            "of starts that were missed the last one is made up for, at most 90 minutes late",
        ),
    ],
)
def test_the_misfire_policy_is_told_in_words(schedule: Schedule | None, words: str) -> None:
    assert misfire_in_words(schedule) == words


def test_what_sends_nothing_by_the_clock_says_so() -> None:
    assert remarks_on(Mode.TRIGGERED, None) == ("a triggered campaign sends when events happen",)
    assert remarks_on(Mode.ALWAYS_ON, None) == ("an always-on campaign sends nothing by itself",)


def test_a_run_by_people_s_own_clocks_says_who_goes_by_which() -> None:
    schedule = Schedule(at_recipient_local_time=True, timezone="Asia/Almaty")
    assert remarks_on(Mode.ONE_TIME, schedule)[1].endswith("who has no known time zone goes by Asia/Almaty")

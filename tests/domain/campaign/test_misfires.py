"""Starts whose time passed, and starts by people's own clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.domain.campaign.given import EXECUTION, LATER, NOW, OPERATOR, after, draft, facts, ready

from campaigns.domain.campaign import events
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.values import Misfire, Mode, Schedule, Status

HOUR = timedelta(hours=1)
ON_CLOCKS = Schedule(at=NOW + HOUR, timezone="America/New_York", at_recipient_local_time=True)
"""05:00 in New York is a quarter of a day after it is 05:00 in Kiritimati."""
FIRST = NOW + HOUR - timedelta(hours=19)


def live(misfire: Misfire = Misfire.SEND) -> Campaign:
    schedule = Schedule(cron="0 * * * *", misfire=misfire, max_lateness_minutes=600)
    return after(
        draft(ready(Mode.RECURRING, schedule=schedule)), lambda c: c.activate(EXECUTION, facts(), at=LATER, by="o")
    )


def test_only_the_last_of_several_missed_starts_is_made_up_for() -> None:
    first, second, now = NOW + HOUR, NOW + 2 * HOUR, NOW + 2 * HOUR + timedelta(minutes=9)
    campaign = live(Misfire.LATEST)
    decided = campaign.start_planned(EXECUTION, first, facts(now), at=now, by="s", following=second)
    assert decided == (
        events.CampaignOccurrenceSkipped(
            planned_for=first, late_by_seconds=69 * 60, reason="superseded", at=now, by="s"
        ),
    )
    answered = after(campaign, lambda _: decided)
    assert answered.last_planned == first
    (started,) = answered.start_planned(EXECUTION, second, facts(now), at=now, by="s", following=second + HOUR)
    assert isinstance(started, events.CampaignStarted)


@pytest.mark.parametrize("misfire", [Misfire.SEND, Misfire.LATEST])
def test_a_start_that_nothing_followed_yet_is_made_up_for(misfire: Misfire) -> None:
    first, now = NOW + HOUR, NOW + HOUR + timedelta(minutes=59)
    (started,) = live(misfire).start_planned(EXECUTION, first, facts(now), at=now, by="s", following=first + HOUR)
    assert isinstance(started, events.CampaignStarted)


def test_every_missed_start_is_made_up_for_where_the_policy_says_so() -> None:
    first, now = NOW + HOUR, NOW + 3 * HOUR
    (started,) = live().start_planned(EXECUTION, first, facts(now), at=now, by="s", following=first + HOUR)
    assert isinstance(started, events.CampaignStarted)


def test_a_run_by_people_s_own_clocks_begins_where_the_time_comes_first() -> None:
    definition = ready(schedule=ON_CLOCKS)
    assert (definition.starts_at(), definition.begins_at()) == (NOW + HOUR, FIRST)
    scheduled = after(draft(definition), lambda c: c.activate(EXECUTION, facts(), at=LATER, by=OPERATOR))
    assert scheduled.status is Status.SCHEDULED
    (started,) = scheduled.start_planned(EXECUTION, FIRST, facts(), at=LATER, by="s")
    assert isinstance(started, events.CampaignStarted)
    assert (started.kind, started.planned_for) == ("scheduled", FIRST)


@pytest.mark.parametrize(
    ("passed", "kind", "planned_for"),
    [(2 * HOUR, "scheduled", FIRST), (10 * HOUR, "manual", None)],
)
def test_while_the_time_is_still_to_come_for_somebody_activating_keeps_to_it(
    passed: timedelta, kind: str, planned_for: datetime | None
) -> None:
    at = NOW + passed
    (started,) = draft(ready(schedule=ON_CLOCKS)).activate(EXECUTION, facts(at), at=at, by=OPERATOR)
    assert isinstance(started, events.CampaignStarted)
    assert (started.kind, started.planned_for) == (kind, planned_for or at)


@pytest.mark.parametrize(("late", "happens"), [(26 * HOUR + HOUR, True), (27 * HOUR + timedelta(seconds=1), False)])
def test_a_start_by_people_s_own_clocks_is_late_when_it_is_late_for_all(late: timedelta, happens: bool) -> None:
    campaign = after(draft(ready(schedule=ON_CLOCKS)), lambda c: c.activate(EXECUTION, facts(), at=LATER, by=OPERATOR))
    at = FIRST + late
    decided = campaign.start_planned(EXECUTION, FIRST, facts(at), at=at, by="s")
    assert isinstance(decided[0], events.CampaignStarted) is happens


def test_a_frequency_is_anchored_where_it_began_however_many_runs_followed() -> None:
    schedule = Schedule(frequency="daily", timezone="Europe/Paris")
    campaign = after(
        draft(ready(Mode.RECURRING, schedule=schedule)), lambda c: c.activate(EXECUTION, facts(), at=LATER, by="o")
    )
    run = LATER + timedelta(days=1, hours=1)
    ran = after(campaign, lambda c: c.start_planned(EXECUTION, run, facts(run), at=run, by="s"))
    assert (campaign.anchor(), ran.anchor(), ran.last_planned) == (LATER, LATER, run)


def test_a_draft_has_no_anchor_but_its_start() -> None:
    assert draft(ready(Mode.RECURRING)).anchor() is None
    start = datetime(2027, 6, 1, tzinfo=UTC)
    assert draft(ready(Mode.RECURRING, start_date=start)).anchor() == start

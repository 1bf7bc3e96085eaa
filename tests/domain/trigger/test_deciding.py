"""What a trigger decides about an event, and in which order it asks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies
from tests.domain.trigger.given import NIGHT, NOON, a_rule, an_event

from campaigns.domain.trigger.deciding import Bystander, Decision, decide
from campaigns.domain.trigger.due import judge_due
from campaigns.domain.trigger.frequency import Frequency
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.domain.trigger.rules import QuietHours

HOUR = timedelta(hours=1)
SOMEBODY = Bystander()
MIDNIGHT = NOON + 12 * HOUR


def decided(person: Bystander = SOMEBODY, at: datetime = NOON, **rule: Any) -> Decision:
    return decide(a_rule(**rule), an_event(at), person, Frequency({}), at)


def test_it_acts_at_once() -> None:
    found = decided()
    assert (found.outcome, found.due_at) == (Outcome.WAITING, NOON)


def test_it_acts_after_its_delay_counted_from_what_happened() -> None:
    event = an_event(NOON - HOUR)
    found = decide(a_rule(delay=timedelta(minutes=90)), event, Bystander(), Frequency({}), NOON)
    assert found.due_at == NOON + timedelta(minutes=30)


def test_an_event_told_late_does_not_act_in_the_past() -> None:
    found = decide(a_rule(), an_event(NOON - 48 * HOUR), Bystander(), Frequency({}), NOON)
    assert found.due_at == NOON


def test_a_clock_that_is_ahead_postpones_nothing() -> None:
    found = decide(a_rule(), an_event(NOON + 48 * HOUR), Bystander(), Frequency({}), NOON)
    assert found.due_at == NOON


def test_before_the_campaign_begins_it_is_disabled() -> None:
    assert decided(starts_at=NOON + HOUR).outcome is Outcome.DISABLED


def test_who_is_outside_the_audience_gets_nothing() -> None:
    found = decided(Bystander(in_audience=False, held_out=True))
    assert (found.outcome, found.due_at) == (Outcome.NOT_IN_AUDIENCE, None)


def test_who_is_held_out_counts_as_if_they_were_written_to() -> None:
    rule, frequency, person = a_rule(frequency_limit=1), Frequency({}), Bystander(held_out=True)
    first, second = (decide(rule, an_event(NOON), person, frequency, NOON) for _ in range(2))
    assert (first.outcome, first.due_at) == (Outcome.HOLDOUT, NOON)
    assert (second.outcome, second.due_at) == (Outcome.HOLDOUT, None)


def test_nobody_is_written_to_more_often_than_the_limit_says() -> None:
    rule, frequency = a_rule(frequency_limit=2), Frequency({})
    times = [NOON, NOON + HOUR, NOON + 2 * HOUR, NOON + 24 * HOUR, NOON + 24.5 * HOUR]
    found = [decide(rule, an_event(at), Bystander(), frequency, at).outcome for at in times]
    assert found == [
        Outcome.WAITING,
        Outcome.WAITING,
        Outcome.FREQUENCY_LIMIT,
        Outcome.WAITING,  # the first was a day ago
        Outcome.FREQUENCY_LIMIT,
    ]


@given(
    limit=strategies.integers(1, 4),
    hours=strategies.lists(strategies.floats(0, 100), max_size=40).map(sorted),
    window=strategies.integers(1, 30),
    quiet=strategies.one_of(
        strategies.none(),
        strategies.builds(QuietHours, start_hour=strategies.integers(0, 23), end_hour=strategies.integers(0, 23)),
    ),
)
def test_no_stretch_of_the_window_holds_more_than_the_limit(
    limit: int, hours: list[float], window: int, quiet: QuietHours | None
) -> None:
    rule = a_rule(frequency_limit=limit, frequency_window=window * HOUR, quiet_hours=quiet)
    frequency = Frequency({})
    decisions = [decide(rule, an_event(NOON + h * HOUR), Bystander(), frequency, NOON + h * HOUR) for h in hours]
    acts = [one.due_at for one in decisions if one.due_at is not None]
    assert all(sum(start <= at < start + window * HOUR for at in acts) <= limit for start in acts)


def test_one_persons_messages_are_not_anothers() -> None:
    rule, frequency = a_rule(frequency_limit=1), Frequency({})
    found = [decide(rule, an_event(user_id=name), Bystander(), frequency, NOON) for name in ("u1", "u2")]
    assert [one.outcome for one in found] == [Outcome.WAITING, Outcome.WAITING]


def test_quiet_hours_hold_until_they_end() -> None:
    found = decided(at=MIDNIGHT, quiet_hours=NIGHT)
    assert (found.outcome, found.due_at) == (Outcome.HELD, MIDNIGHT + 7 * HOUR)


def test_quiet_hours_may_skip() -> None:
    skipping = QuietHours(start_hour=22, end_hour=7, policy="skip")
    assert decided(at=MIDNIGHT, quiet_hours=skipping).outcome is Outcome.QUIET_HOURS


def test_quiet_hours_are_asked_of_the_instant_when_it_acts() -> None:
    found = decided(at=NOON, delay=11 * HOUR, quiet_hours=NIGHT)
    assert (found.outcome, found.due_at) == (Outcome.HELD, MIDNIGHT + 7 * HOUR)


def test_quiet_hours_follow_the_persons_clock() -> None:
    in_tokyo = decided(Bystander(zone="Asia/Tokyo"), at=datetime(2027, 3, 10, 14, 0, tzinfo=UTC), quiet_hours=NIGHT)
    assert in_tokyo.due_at == datetime(2027, 3, 10, 22, 0, tzinfo=UTC)


def test_without_a_zone_of_their_own_the_campaigns_clock_counts() -> None:
    found = decided(at=NOON, zone="Pacific/Auckland", quiet_hours=NIGHT)  # one at night there
    assert found.outcome is Outcome.HELD


def test_a_named_zone_counts_for_everybody() -> None:
    quiet = QuietHours(start_hour=22, end_hour=7, timezone="UTC")
    assert decided(Bystander(zone="Pacific/Auckland"), quiet_hours=quiet).outcome is Outcome.WAITING


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"gone": True}, Outcome.DISABLED),
        ({"holds": False}, Outcome.CONDITION_FALSE),
        ({"person": Bystander(in_audience=False)}, Outcome.NOT_IN_AUDIENCE),
        ({"person": Bystander(held_out=True)}, Outcome.HOLDOUT),
        ({"at": MIDNIGHT}, Outcome.HELD),
        ({}, Outcome.FIRED),
    ],
)
def test_when_its_time_has_come_everything_is_asked_again(change: dict[str, Any], outcome: Outcome) -> None:
    rule = None if change.get("gone") else a_rule(quiet_hours=NIGHT)
    person = change.get("person", Bystander())
    found, due_at = judge_due(rule, person, change.get("at", NOON), condition_holds=change.get("holds", True))
    assert found is outcome
    assert (due_at is not None) == (outcome is Outcome.HELD)

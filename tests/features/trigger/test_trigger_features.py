"""The features of triggers, over the running service."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL
from tests.features.trigger.conftest import TriggerStory
from tests.support.publishing import Publisher
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import until

scenarios(
    "trigger/answering_an_event.feature",
    "trigger/choosing_whom_to_answer.feature",
    "trigger/keeping_quiet.feature",
    "trigger/trying_a_trigger_on_the_past.feature",
    "trigger/waiting_before_answering.feature",
)

ZONES = ("Asia/Tokyo", "America/New_York")
NOT_AT_NIGHT = "a campaign that welcomes those who sign up, not at night"


def hour_in(zone: str) -> int:
    return datetime.now(ZoneInfo(zone)).hour


@pytest.fixture
def night() -> dict[str, Any]:
    """Three hours around now by the first person's clock; the second person's is 13 or 14 hours behind."""
    here = hour_in(ZONES[0])
    return {"start_hour": here, "end_hour": (here + 3) % 24, "timezone": "user_local"}


@given("it is night for the first person")
def night_for_the_first(story: TriggerStory) -> None:
    story.rows[0]["timezone"] = ZONES[0]


@given("it is day for the second person")
def day_for_the_second(story: TriggerStory) -> None:
    story.rows[1]["timezone"] = ZONES[1]


@given(NOT_AT_NIGHT)
def not_at_night(story: TriggerStory, night: dict[str, Any]) -> None:
    story.trigger["quiet_hours"] = night


@given("a campaign that welcomes those who sign up, but never at night")
def never_at_night(story: TriggerStory, night: dict[str, Any]) -> None:
    story.trigger["quiet_hours"] = night | {"policy": "skip"}


@given("a campaign that welcomes those who sign up, a minute later")
def a_minute_later(story: TriggerStory) -> None:
    story.trigger["delay_minutes"] = 1


@given(parsers.parse("a campaign that thanks those who buy for more than {amount:d}"))
def thanks(story: TriggerStory, amount: int) -> None:
    criteria = {"field": "event.amount", "operator": "greater_than", "value": amount}
    story.trigger |= {"event_type": "bought", "criteria": criteria}


@given(parsers.parse('a campaign that welcomes those who sign up and live in "{country}"'))
def living_in(story: TriggerStory, country: str) -> None:
    story.trigger["criteria"] = {"field": "country", "operator": "equals", "value": country}


@given(parsers.parse('the {place} person lives in "{country}"'))
def lives_in(story: TriggerStory, place: str, country: str) -> None:
    story.rows[2]["country"] = country


@given("only the second person is in its audience")
def only_the_second(story: TriggerStory) -> None:
    story.fields["audience"] = {"include": [{"user_ids": [story.person("second")]}]}


@given(parsers.parse("{count:d} people more"))
def more_people(story: TriggerStory, count: int) -> None:
    story.add("more", count)


@given("somebody without any address")
def without_address(story: TriggerStory) -> None:
    story.add("unreachable", 1, address=False)


@given(parsers.parse("a holdout of {percent:d} percent"))
def holdout(story: TriggerStory, percent: int) -> None:
    story.fields["holdout_percentage"] = percent


@given("the first person has unsubscribed from e-mail")
@when("the first person unsubscribes from e-mail")
def unsubscribes(story: TriggerStory) -> None:
    body = {"user_id": story.person("first"), "channel": "email", "reason": "unsubscribed"}
    answer = story.client.post("/api/v1/suppressions", json=body)
    assert answer.status_code in (200, 201), answer.text


@when(parsers.parse("the {place} person buys for {amount:d}"))
def buys(story: TriggerStory, place: str, amount: int) -> None:
    story.did(story.person(place), "bought", amount=amount)


@when("everybody signs up")
def everybody(story: TriggerStory) -> None:
    for row in story.rows:
        story.did(row["user_id"])


@when(parsers.parse("the {place} person signed up {seconds:d} seconds ago"))
def signed_up_before(story: TriggerStory, place: str, seconds: int) -> None:
    story.did(story.person(place), seconds_ago=seconds)
    until(lambda: story.history(story.person(place)) == ["waiting"])


@when("the event service tells that the first person signed up, twice")
def event_service(story: TriggerStory, tenant: Tenant, triggering_service: RunningService) -> None:
    told = {"event_id": uuid4().hex, "event_type": "signed_up", "user_id": story.person("first")}
    told |= {"tenant_id": tenant.tenant_id, "timestamp": datetime.now(UTC).isoformat(), "data": {"plan": "gold"}}
    Publisher(triggering_service).publish("event.stored", told, told)


@when("the delay is over")
def delay_over(story: TriggerStory, triggering_service: RunningService) -> None:
    """For what is held, and for nothing else; "the answer comes" waits for the clock."""
    with psycopg.connect(triggering_service.database_url) as connection:
        connection.execute("set role campaigns_system")
        over = "update trigger_decisions set due_at = now() - interval '1 second' where user_id = %s and due_at > now()"
        connection.execute(over, (story.person("first"),))
    time.sleep(1)


@when("the campaign is cancelled")
def cancel(story: TriggerStory) -> None:
    story.tell("cancel", reason="wrong season")


@when("the campaign is paused")
def pause(story: TriggerStory) -> None:
    story.tell("pause")


@when("the campaign is resumed")
def resume(story: TriggerStory) -> None:
    story.tell("resume")


def mail_with(subject: str) -> dict[str, Any]:
    return MAIL | {"content": MAIL["content"] | {"subject": subject}}  # type: ignore[operator]


@given(parsers.parse('its subject is "{subject}"'))
def subject_is(story: TriggerStory, subject: str) -> None:
    story.fields["channels"] = [mail_with(subject)]


@when(parsers.parse('its subject is changed to "{subject}"'))
def new_subject(story: TriggerStory, subject: str) -> None:
    answer = story.client.patch(story.path, json={"channels": [mail_with(subject)]})
    assert answer.status_code == 200, answer.text


@then(parsers.parse('the mail says "{subject}"'))
def mail_says(story: TriggerStory, subject: str) -> None:
    assert story.subjects() == [subject]


@then("what is held for the first person is due when their night is over")
def due_in_the_morning(story: TriggerStory, night: dict[str, Any]) -> None:
    (line,) = story.lines(user_id=story.person("first"))
    local = datetime.fromisoformat(line["due_at"]).astimezone(ZoneInfo(ZONES[0]))
    assert (local.hour, local.minute) == (night["end_hour"], 0)


@then(parsers.parse('the history lists for the {place} person "{outcomes}"'))
def history_lists(story: TriggerStory, place: str, outcomes: str) -> None:
    until(lambda: sorted(story.history(story.person(place))) == outcomes.split(", "))


@then("everybody who is not held out gets 1 mail")
def not_held_out(story: TriggerStory) -> None:

    def outcomes() -> Counter[str]:
        return Counter(line["outcome"] for line in story.lines())

    until(outcomes, lambda seen: seen["fired"] + seen["holdout"] == seen.total() == len(story.rows))
    held_out = [line["user_id"] for line in story.lines(reason="holdout")]
    fired = [line["user_id"] for line in story.lines(reason="fired")]
    assert 0 < len(held_out) < len(fired)
    until(lambda: len(story.mails()) == len(fired))
    assert story.mails() == Counter(f"{user_id}@people.example" for user_id in fired)
    assert sum(run["accounting"]["holdout"] for run in story.runs()) == len(held_out)


@given("the campaign is still a draft")
def still_a_draft(story: TriggerStory) -> None:
    story.draft()


@pytest.fixture
def replayed(story: TriggerStory) -> dict[str, Any]:
    criteria = {"field": "event.amount", "operator": "greater_than", "value": 50}
    body = {"triggers": [{"event_type": "bought", "criteria": criteria}]}
    answer = story.client.post(f"{story.path}/triggers/replay", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@then(parsers.parse("a trigger on buying for more than 50 would have answered {fired:d} of {events:d} events"))
def would_have_answered(replayed: dict[str, Any], fired: int, events: int) -> None:
    assert (replayed["fired"], replayed["events"], replayed["complete"]) == (fired, events, True)
    assert sum(day["fired"] for day in replayed["days"]) == fired


@then('it would have left "condition_false" 1 time and "frequency_limit" 1 time')
def would_have_left(story: TriggerStory, replayed: dict[str, Any]) -> None:
    assert replayed["outcomes"] == {"waiting": 1, "condition_false": 1, "frequency_limit": 1}
    shown = {line["outcome"]: line["user_id"] for line in replayed["examples"]}
    assert shown == {"waiting": story.person("second"), "frequency_limit": story.person("second")}


@then(
    parsers.parse('its dry run foretells {messages:d} message by e-mail, and {left:d} person left for "{reason}"'),
    target_fixture="forecast",
)
def dry_run(story: TriggerStory, messages: int, left: int, reason: str) -> dict[str, Any]:
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    answer = story.client.post(f"{story.path}/dry-run", json={"since": since})
    assert answer.status_code == 202, answer.text
    place = answer.headers["Location"]
    until(lambda: story.client.get(place).json()["status"] in ("completed", "failed"))
    forecast: dict[str, Any] = story.client.get(place).json()["forecast"]
    counted = forecast["counted"]
    assert (counted["audience"], counted["to_send"], counted["reasons"]) == (messages + left, messages, {reason: left})
    assert [(one["channel"], one["messages"]) for one in counted["channels"]] == [("email", messages)]
    assert sum(hour["messages"] for hour in counted["hours"]) == messages
    assert forecast["people"] == {reason: [story.rows[-1]["user_id"]]}
    return forecast


@then(parsers.parse('it foretells that {count:d} message does without "{name}"'))
def foretells_gaps(forecast: dict[str, Any], count: int, name: str) -> None:
    assert (forecast["content"]["rendered"], forecast["content"]["gaps"]) == (count, {name: count})


@then(parsers.parse('it was asked about {events:d} events, of which {count:d} was left for "{reason}"'))
def asked_about(forecast: dict[str, Any], events: int, count: int, reason: str) -> None:
    replayed = forecast["replayed"]
    assert (replayed["events"], replayed["complete"]) == (events, True)
    assert replayed["outcomes"] == {reason: count, "waiting": events - count}


@then("nobody got a mail")
def no_mails(story: TriggerStory) -> None:
    assert not story.mails()
    assert story.runs() == []


@then("the campaign can say why the first person got their mail")
def traced(story: TriggerStory) -> None:
    answer = story.client.get(f"{story.path}/recipients/{story.person('first')}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["recipient"]["state"] in ("sent", "delivered")
    assert len(story.runs()) == 2

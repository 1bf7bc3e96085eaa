"""Steps of features/audience/hearing_of_people.feature: events on NATS, mails in a mailbox."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import nats
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Story
from tests.support.running_service import RunningService
from tests.support.waiting import until

scenarios("audience/hearing_of_people.feature")

NOW = datetime.now(UTC)


def tell(
    service: RunningService, story: Story, name: str, people: Sequence[Mapping[str, Any]], at: datetime = NOW
) -> None:
    """One CloudEvent for each, on the subject that the service listens to."""
    envelope = {"specversion": "1.0", "source": "accounts", "type": name, "tenantid": story.tenant_id}
    events = [{**envelope, "id": str(uuid4()), "time": at.isoformat(), "data": person} for person in people]
    asyncio.run(publish(service.nats_url, f"{service.nats_subject_prefix}-in.{name}", events))


async def publish(url: str, subject: str, events: Sequence[Mapping[str, Any]]) -> None:
    client = await nats.connect(url)
    for event in events:
        headers = {"Content-Type": "application/cloudevents+json"}
        await client.jetstream().publish(subject, json.dumps(event).encode(), headers=headers)
    await client.close()


def known(story: Story, user_id: str) -> str:
    """What templates are filled with."""
    fields = [{**MAIL, "content": {**MAIL["content"], "subject": "{{ country }}/{{ first_name | default: '' }}"}}]  # type: ignore[dict-item]
    body = {"sample_user_id": user_id}
    changed = story.client.patch(story.path, json={"channels": fields})
    assert changed.status_code == 200, changed.text
    shown = story.client.post(f"{story.path}/preview", json=body)
    assert shown.status_code == 200, shown.text
    return str(shown.json()["fields"]["subject"])


@given("a campaign that welcomes whoever is new")
def welcoming(story: Story) -> None:
    story.draft()
    trigger = {"event_type": "user.created", "delay_minutes": 0}
    criteria = {"field": "country", "operator": "equals", "value": "DE"}
    welcome = {**MAIL, "content": {**MAIL["content"], "subject": f"Welcome {story.mark}"}}  # type: ignore[dict-item]
    body = {"name": f"Welcome {story.mark}", "mode": "triggered", "channels": [welcome], "triggers": [trigger]}
    made = story.client.post("/api/v1/campaigns", json={**body, "audience": {"include": [{"criteria": criteria}]}})
    assert made.status_code == 201, made.text
    activated = story.client.post(f"/api/v1/campaigns/{made.json()['id']}/activate")
    assert activated.status_code == 200, activated.text


@when(parsers.parse("the system of user accounts tells of {count:d} new people"))
def told_of(story: Story, mailing_service: RunningService, count: int) -> None:
    people = [
        {"user_id": f"n-{story.mark}-{n}", "email": f"n-{story.mark}-{n}@people.example", "country": "DE"}
        for n in range(count)
    ]
    tell(mailing_service, story, "user.created", [*people, people[0]])
    story.rows += people


@then(parsers.parse("the {count:d} new people are welcomed"))
def welcomed(story: Story, count: int) -> None:
    wanted = [f"n-{story.mark}-{n}@people.example" for n in range(count)]
    until(lambda: sorted(story.mails()) == wanted)
    assert set(story.mails().values()) == {1}
    assert set(story.subjects()) == {f"Welcome {story.mark}"}


@when("the campaign for everybody is started")
def for_everybody(story: Story) -> None:
    if not story.path:
        story.draft()
    criteria = {"field": "country", "operator": "equals", "value": "DE"}
    until(lambda: size_of(story, criteria) == len(story.rows))
    story.tell("start")
    until(lambda: story.execution()["status"] == "completed")


@then(parsers.parse("{count:d} people have got it"))
def have_got_it(story: Story, count: int) -> None:
    assert story.execution()["accounting"]["sent"] == count


@when(
    parsers.parse(
        'it is told that somebody has moved to "{new}", and then, late, that they had lived in "{old}" and are called "{name}"'
    )
)
def moved(story: Story, mailing_service: RunningService, new: str, old: str, name: str) -> None:
    story.draft()
    someone = story.rows[4]["user_id"]
    tell(mailing_service, story, "user.created", [{"user_id": someone, "country": new}], NOW)
    until(lambda: known(story, someone) == f"{new}/")
    earlier = NOW - timedelta(days=1)
    tell(mailing_service, story, "user.created", [{"user_id": someone, "country": old, "first_name": name}], earlier)


@then(parsers.parse('that person lives in "{country}" and is called "{name}"'))
def lives(story: Story, country: str, name: str) -> None:
    until(lambda: known(story, story.rows[4]["user_id"]) == f"{country}/{name}")


@when("one of them refuses mails, and an older consent arrives late")
def refuses(story: Story, mailing_service: RunningService) -> None:
    story.draft()
    someone = story.rows[4]["user_id"]
    tell(mailing_service, story, "user.preferences.updated", [{"user_id": someone, "channels": {"email": False}}])
    until(lambda: suppressed(story) == [someone])
    earlier = NOW - timedelta(days=1)
    said = [{"user_id": someone, "channels": {"email": True}, "topics": {"shoes": True, "hats": False}}]
    tell(mailing_service, story, "user.preferences.updated", said, earlier)
    criteria = {"field": "topics", "operator": "contains", "value": "shoes"}
    until(lambda: size_of(story, criteria) == 1)
    assert suppressed(story) == [someone]


@when("that person consents to mails again")
def consents(story: Story, mailing_service: RunningService) -> None:
    said = [{"user_id": story.rows[4]["user_id"], "channels": {"email": True}}]
    tell(mailing_service, story, "user.preferences.updated", said, NOW + timedelta(seconds=1))
    until(lambda: not suppressed(story))


@then(parsers.parse('asked whether they would get the next one the answer is "{reason}"'))
def asked(story: Story, reason: str) -> None:
    answer = story.client.post(f"{story.path}/eligibility", json={"user_id": story.rows[4]["user_id"]})
    assert answer.json()["reason"] == reason, answer.text


def suppressed(story: Story) -> list[str]:
    found = story.client.get("/api/v1/suppressions").json()["suppressions"]
    return [one["user_id"] for one in found]


def size_of(story: Story, criteria: Mapping[str, Any]) -> int:
    body = {"name": f"S {uuid4()}", "criteria": criteria}
    made = story.client.post("/api/v1/segments", json=body).json()
    return int(story.client.get(f"/api/v1/segments/{made['id']}/estimate").json()["size"])

"""The running service with triggered campaigns, and steps in the words of the features."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when
from tests.features.delivery.conftest import MAIL, Mailbox, Story, mailbox
from tests.support.databases import Databases
from tests.support.running_service import RunningService, Tenant, fresh_tenant, running_service
from tests.support.servers import Addresses
from tests.support.waiting import until

__all__ = ["mailbox"]

PLACES = {"first": 0, "second": 1, "third": 2, "last": -1}


class TriggerStory(Story):
    """One tenant's triggered campaign; people are named by their place."""

    def __init__(self, tenant: Tenant, mailbox: Mailbox) -> None:
        super().__init__(tenant, mailbox)
        self.trigger: dict[str, Any] = {"event_type": "signed_up"}
        self.fields |= {"mode": "triggered", "audience": {}, "name": f"Welcome {self.mark}"}
        self.last: dict[str, Any] = {}

    def draft(self) -> None:
        self.fields["triggers"] = [self.trigger]
        super().draft()

    def person(self, place: str) -> str:
        return self.rows[PLACES[place]]["user_id"]

    def did(self, user_id: str, event_type: str = "signed_up", *, seconds_ago: int = 0, **data: Any) -> None:
        at = (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat()
        event = {"event_id": uuid.uuid4().hex, "event_type": event_type, "user_id": user_id, "at": at, "data": data}
        self.tell_of(event)

    def tell_of(self, event: dict[str, Any]) -> None:
        self.last = event
        answer = self.client.post("/api/v1/events", json={"events": [event]})
        assert answer.status_code == 202, answer.text

    def lines(self, **wanted: str) -> list[dict[str, Any]]:
        """The history, newest first."""
        answer = self.client.get(f"{self.path}/triggers/history", params={"limit": "500", **wanted})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["history"])

    def history(self, user_id: str) -> list[str]:
        """What became of this person's events, newest first."""
        return [line["outcome"] for line in self.lines(user_id=user_id)]

    def received(self, user_id: str) -> int:
        return self.mails()[f"{user_id}@people.example"]

    def runs(self) -> list[dict[str, Any]]:
        return list(self.client.get(f"{self.path}/executions").json()["executions"])


@pytest.fixture(scope="session")
def triggering_service(
    databases: Databases, servers: Addresses, mailbox: tuple[Mailbox, int]
) -> Iterator[RunningService]:
    settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(mailbox[1]), "SMTP_TLS": "none"}
    settings["TRIGGER_GATHERING_SECONDS"] = "0.2"
    with databases.fresh() as url, running_service(url, servers.nats, settings=settings) as running:
        yield running


@pytest.fixture
def tenant(triggering_service: RunningService) -> Iterator[Tenant]:
    with fresh_tenant(triggering_service) as made:
        yield made


@pytest.fixture
def story(tenant: Tenant, mailbox: tuple[Mailbox, int]) -> TriggerStory:
    return TriggerStory(tenant, mailbox[0])


@given(parsers.parse("{count:d} people with a mail address"))
def people_with_mail(story: TriggerStory, count: int) -> None:
    story.add("p", count)


@given("a campaign that welcomes those who sign up")
def welcoming(story: TriggerStory) -> None:
    story.fields["channels"] = [MAIL]


@when("the campaign is activated")
def activate(story: TriggerStory) -> None:
    if not story.path:
        story.draft()
    story.tell("activate")


@when(parsers.parse("the {place} person signs up"))
def signs_up(story: TriggerStory, place: str) -> None:
    if not story.path:
        story.draft()
    story.did(story.person(place))


@when(parsers.parse("the {place} person does something else"))
def does_something_else(story: TriggerStory, place: str) -> None:
    story.did(story.person(place), "looked_around")


@when("the same event is told again")
def again(story: TriggerStory) -> None:
    story.tell_of(story.last)


@when(parsers.re(r"the (?P<place>\w+) person gets (?P<count>\d+) mails?"))
@then(parsers.re(r"the (?P<place>\w+) person gets (?P<count>\d+) mails?"))
def gets_mails(story: TriggerStory, place: str, count: str) -> None:
    until(lambda: story.received(story.person(place)) >= int(count))
    assert story.received(story.person(place)) == int(count)


@then(parsers.parse("the {place} person gets no mail"))
def gets_no_mail(story: TriggerStory, place: str) -> None:
    assert story.received(story.person(place)) == 0


@then(parsers.parse('the history says of the {place} person "{outcome}"'))
def history_says(story: TriggerStory, place: str, outcome: str) -> None:
    until(lambda: outcome in story.history(story.person(place)))


@then(parsers.parse("the history says nothing of the {place} person"))
def history_says_nothing(story: TriggerStory, place: str) -> None:
    assert story.history(story.person(place)) == []


@then("everybody in every run is accounted for")
def accounted_for(story: TriggerStory) -> None:
    until(lambda: all(run["status"] == "completed" for run in story.runs()))
    assert all(run["accounting"]["holds"] for run in story.runs())
    assert sum(run["accounting"]["sent"] for run in story.runs()) == sum(story.mails().values())

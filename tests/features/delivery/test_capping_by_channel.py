"""Steps of features/delivery/capping_by_channel_and_type.feature."""

from collections import Counter
from typing import Any

import pytest
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Story
from tests.support.waiting import until

scenarios("delivery/capping_by_channel_and_type.feature")

PUSH = {"channel_type": "push", "priority": 1, "content": {"title": "Spring", "body": "Spring is here"}}


@pytest.fixture
def refusals() -> list[dict[str, Any]]:
    return []


@given(parsers.parse("{count:d} people with a mail address and a push token"))
def reachable_twice(story: Story, count: int) -> None:
    story.add("both", count)
    for row in story.rows:
        row["push_token"] = f"token of {row['user_id']}"


@given(parsers.parse("{count:d} people with a mail address only"))
def reachable_once(story: Story, count: int) -> None:
    story.add("mail", count)


@given(parsers.parse("the tenant allows {messages:d} message by e-mail in {days:d} days"))
@when(parsers.parse("the tenant allows {messages:d} message by e-mail in {days:d} days"))
def allows_by_channel(story: Story, refusals: list[dict[str, Any]], messages: int, days: int) -> None:
    set_caps(story, refusals, {"messages": messages, "days": days, "channel": "email"})


@given(parsers.parse('the tenant allows {messages:d} message of type "{kind}" in {days:d} days'))
def allows_by_type(story: Story, refusals: list[dict[str, Any]], messages: int, kind: str, days: int) -> None:
    set_caps(story, refusals, {"messages": messages, "days": days, "campaign_type": kind})


def set_caps(story: Story, refusals: list[dict[str, Any]], cap: dict[str, Any]) -> None:
    answer = story.client.put("/api/v1/frequency-caps", json={"caps": [cap]})
    if answer.status_code != 200:
        refusals.append(answer.json())
        return
    assert story.client.get("/api/v1/frequency-caps").json() == answer.json()


@when("a campaign by e-mail is started")
def first(story: Story) -> None:
    run(story, "first", channels=[MAIL])


@when("a second campaign by e-mail, else by push, is started")
def second(story: Story) -> None:
    run(story, "second", channels=[MAIL, PUSH])


@when(parsers.parse('a {which} campaign of type "{kind}" by e-mail is started'))
def of_type(story: Story, which: str, kind: str) -> None:
    run(story, which, channels=[MAIL], type=kind)


def run(story: Story, name: str, **fields: Any) -> None:
    story.fields = {"name": f"{name} {story.mark}", **fields}
    story.start()
    until(lambda: story.execution()["status"] == "completed")
    assert story.execution()["accounting"]["holds"]


@then(parsers.parse("{count:d} people get the second one by {channel}"))
def got(story: Story, count: int, channel: str) -> None:
    wire = {"push": "push", "e-mail": "email"}[channel]
    assert Counter(one["channel"] for one in story.recipients(state="sent")) == {wire: count}


@then(parsers.parse('{count:d} people are skipped for "{reason}"'))
def skipped(story: Story, count: int, reason: str) -> None:
    assert Counter(one["reason"] for one in story.recipients(state="skipped")) == {reason: count}


@then("it is told that a cap looks back 30 days at most")
def refused(refusals: list[dict[str, Any]]) -> None:
    (refusal,) = refusals
    assert [error["pointer"] for error in refusal["errors"]] == ["/caps/0/days"]

"""Steps about guardrails and canaries, over the running service."""

from typing import Any

from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import Story
from tests.support.waiting import eventually, until

scenarios("delivery/pausing_on_guardrails.feature", "delivery/sending_a_canary_first.feature")


@given(parsers.parse("{count:d} people whose mailboxes do not exist"))
def gone_people(story: Story, count: int) -> None:
    story.add("gone", count)


@given(parsers.parse("at most {limit:d} percent {what}, judged from {sample:d} messages on"))
def limited(story: Story, limit: int, what: str, sample: int) -> None:
    rate = {"errors": "max_error_rate", "bounces": "max_bounce_rate"}[what]
    story.fields.setdefault("guardrails", {}).update({rate: limit, "minimum_sample": sample})


@given(parsers.parse("a canary of {count:d} people whose figures are awaited for {minutes:d} minutes"))
def canary(story: Story, count: int, minutes: int) -> None:
    story.fields.setdefault("guardrails", {})["canary"] = {"count": count, "wait_minutes": minutes}


@when("the provider reports that they bounced")
def bounced(story: Story) -> None:
    def enough() -> bool:
        return len(story.recipients(state="sent")) >= 10

    until(enough)
    told = [
        {"message_id": one["message_id"], "type": "bounced", "bounce_type": "hard"}
        for one in story.recipients(state="sent")[:10]
    ]
    answer = story.client.post("/api/v1/feedback/relay", json={"events": told})
    assert answer.status_code == 202, answer.text


@when(parsers.parse("the campaign is resumed at full speed, bearing errors up to {limit:d} percent"))
def raised(story: Story, limit: int) -> None:
    changed = story.client.patch(story.path, json={"guardrails": {"max_error_rate": limit}, "throttle": None})
    assert changed.status_code == 200, changed.text
    story.tell("resume")


@then(parsers.parse("the campaign is paused because of its {kind} rate"))
def paused_by(story: Story, kind: str) -> None:
    eventually(lambda: story.client.get(story.path).json()["status"], "paused")
    until(story.execution, lambda run: str(run.get("detail")).startswith(f"guardrail: the {kind} rate is "))
    assert story.execution()["accounting"]["holds"]


@then("the news of its pause names the limit and the counts")
def news_of_pause(story: Story) -> None:
    (told,) = [one for one in events_of(story) if one["type"] == "campaign.paused"]
    breach = told["data"]["guardrail"]
    assert (breach["rate"], breach["limit"]) == ("error_rate", 20.0)
    assert breach["count"] * 100 > 20 * breach["sample"]
    assert breach["sample"] >= 10


@then(parsers.parse("fewer than {count:d} people have an outcome"))
def fewer(story: Story, count: int) -> None:
    counted = story.execution()["accounting"]
    assert counted["sent"] + counted["failed"] < count


@then("the run waits for the figures of its canary")
def waits_for_canary(story: Story) -> None:
    until(lambda: "canary" in (story.execution().get("waiting_for") or ""))
    assert story.execution()["status"] == "running"


def events_of(story: Story) -> list[dict[str, Any]]:
    answer = story.client.get("/api/v1/events/feed", params={"limit": "500", "types": "campaign.paused"})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["events"])

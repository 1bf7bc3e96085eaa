"""Steps about tests among variants, over the running service."""

import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Story
from tests.support.running_service import RunningService
from tests.support.stream_contents import everything_in
from tests.support.waiting import until

scenarios("experiment")

WHILE = 1.5  # seconds in which several looks at a test happen


def mail(subject: str) -> dict[str, Any]:
    return {**MAIL, "content": {**MAIL["content"], "subject": subject}}


@given(parsers.parse('two variants, "{one}" and "{other}", compared by opens on half of the audience'))
def two_variants(story: Story, one: str, other: str) -> None:
    story.fields["variants"] = [
        {"name": name, "allocation_percentage": 50, "channels": [mail(name)]} for name in (one, other)
    ]
    story.fields["experiment"] = {"criterion": "open_rate", "test_sample_percentage": 50, "min_sample": 40}


@given(parsers.parse('two variants, "{one}" and "{other}", for those who sign up'))
def triggered(story: Story, one: str, other: str) -> None:
    two_variants(story, one, other)
    story.fields |= {"mode": "triggered", "audience": {}, "triggers": [{"event_type": "signed_up"}]}
    story.fields["experiment"].pop("test_sample_percentage")


@given(parsers.parse("the variants are compared by {what}"))
def compared_by(story: Story, what: str) -> None:
    story.fields["experiment"]["criterion"] = {"orders": "conversion_rate", "revenue": "revenue_per_recipient"}[what]
    story.fields["conversion"] = {"event_type": "order"}


@given("the shares of the variants follow their figures")
def shares_follow(story: Story) -> None:
    story.fields["experiment"] |= {"allocation": "thompson", "allocation_period_minutes": 1}


@when("the campaign is activated")
def activated(story: Story) -> None:
    story.draft()
    story.tell("activate")
    until(lambda: ab_test(story)["state"] == "running")


@when("the first 80 people sign up")
def some_sign_up(story: Story) -> None:
    sign_up(story, story.rows[:80])


@when("the other people sign up")
def others_sign_up(story: Story) -> None:
    sign_up(story, story.rows[80:])


@given(parsers.parse("a third variant that is the control, for {share:d} percent of all"))
def control(story: Story, share: int) -> None:
    for variant in story.fields["variants"]:
        variant["allocation_percentage"] = (100 - share) / 2
    story.fields["variants"].append({"name": "Control", "allocation_percentage": share, "is_control": True})


@given(parsers.parse("the winner is declared automatically, from {people:d} people in each variant on"))
def automatic(story: Story, people: int) -> None:
    story.fields["experiment"] |= {"auto_winner": True, "min_sample": people}


@given(parsers.parse("the rest {gets} when there is no winner"))
def fallback(story: Story, gets: str) -> None:
    said = {"gets the best so far": "best", "gets what the control got": "control", "waits for a person": "wait"}
    story.fields["experiment"]["fallback"] = said[gets]


@given(parsers.parse('"{name}" needs something that is not known of most people'))
def needs(story: Story, name: str) -> None:
    (variant,) = [one for one in story.fields["variants"] if one["name"] == name]
    variant["channels"] = [mail("{{ nickname }}")]
    for number, row in enumerate(story.rows):
        row["nickname"] = name if number % 4 == 0 else ""


@when("a dry run is made", target_fixture="foretold")
def dry_run(story: Story) -> dict[str, Any]:
    story.fields["experiment"]["duration_minutes"] = 90
    story.draft()
    answer = story.client.post(f"{story.path}/dry-run", json={"sample": None})
    assert answer.status_code == 202, answer.text
    place = answer.headers["Location"]
    until(lambda: story.client.get(place).json()["status"] in ("completed", "failed"))
    found = story.client.get(place).json()
    assert found["status"] == "completed", found
    return dict(found["forecast"])


@when("the campaign is started as the dry run saw it")
def start_foretold(story: Story) -> None:
    story.tell("start")
    sample_sent(story)


@when("everybody in the sample was written to")
def sample_sent(story: Story) -> None:
    def everybody() -> bool:
        test, counted = ab_test(story), story.execution()["accounting"]
        people = sum(one["people"] for one in test["variants"] if not one["is_control"])
        over = test["state"] == "running" and counted["sending"] == 0 and counted["waiting"] == test["sample"]["rest"]
        return bool(over and 0 < people == counted["sent"])

    until(everybody)


@when(parsers.parse('most of those who got "{name}" open it, and few of the others'))
def clearly_better(story: Story, name: str) -> None:
    opened(story, name, 0.7)


@when(parsers.parse('a few more of those who got "{name}" open it than of the others'))
def slightly_better(story: Story, name: str) -> None:
    opened(story, name, 0.2)


@when(parsers.parse('as many of those who got "{name}" open it as of the others'))
def alike(story: Story, name: str) -> None:
    opened(story, name, 0.15)


@when(parsers.parse('most of those who got "{name}" order for {amount:d} EUR, and few of the others'))
def orders(story: Story, name: str, amount: int) -> None:
    for variant in ab_test(story)["variants"]:
        if not variant["is_control"]:
            people = people_of(story, variant["name"])
            order(story, people[: round(len(people) * (0.7 if variant["name"] == name else 0.15))], amount)


@when(parsers.parse("few of the control order for {amount:d} EUR"))
def control_orders(story: Story, amount: int) -> None:
    order(story, story.recipients(reason="control")[:8], amount)
    until(lambda: {one["name"]: one["successes"] for one in ab_test(story)["variants"]}["Control"] == 8)


@when(parsers.parse('the product owner declares "{name}" the winner'))
def declare(story: Story, name: str) -> None:
    answer = declared(story, name)
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"]["variant"] == name


@when("the time of the test is over")
def over(story: Story, mailing_service: RunningService) -> None:
    until(lambda: ab_test(story)["ends_at"] is not None)
    with psycopg.connect(mailing_service.database_url) as connection:
        connection.execute(
            "update variant_tests set ends_at = now() where campaign_id = %s", [story.path.rpartition("/")[2]]
        )


@then(parsers.parse('everybody in the sample is sent "{one}" or "{other}"'))
def sample_gets(story: Story, one: str, other: str) -> None:
    sample_sent(story)
    assert set(story.subjects()) == {one, other}
    test = ab_test(story)
    assert len(story.mails()) == test["sample"]["messages"]
    assert 120 < test["sample"]["messages"] < 280


@then("it foretells the sample, the rest, and that the rest comes after the test")
def foretells(foretold: dict[str, Any]) -> None:
    messages = {one["variant"]: one["messages"] for one in foretold["counted"]["variants"]}
    assert set(messages) == {"Short", "Long", "rest"}
    assert sum(messages.values()) == 400
    assert {one["hour"]: one["messages"] for one in foretold["counted"]["hours"]} == {
        0: messages["Short"] + messages["Long"],
        1: messages["rest"],
    }
    assert foretold["content"]["rendered"] == 400


@then("nothing came otherwise than foretold")
def as_foretold(story: Story) -> None:
    run = story.execution()["execution_id"]
    found = story.client.get(f"{story.path}/executions/{run}/dry-run-diff").json()
    assert (found["identical"], found["differences"]) == (True, [])


@then("the others wait for the winner, and everybody is accounted for")
def others_wait(story: Story) -> None:
    run, test = story.execution(), ab_test(story)
    assert (run["status"], run["waiting_for"]) == ("running", "the winner of its test")
    assert run["accounting"]["holds"]
    assert run["accounting"]["waiting"] == test["sample"]["rest"]
    assert test["sample"]["rest_waits"]
    assert {one["state"] for one in story.recipients(variant="rest")} == {"waiting"}


@then(parsers.parse('everybody beyond the sample is sent "{name}", once'))
def rest_gets(story: Story, name: str) -> None:
    test = ab_test(story)
    (own,) = [one["people"] for one in test["variants"] if one["name"] == name]
    assert test["sample"]["rest"] > 0
    assert Counter(story.subjects())[name] == own + test["sample"]["rest"]
    assert set(story.mails().values()) == {1}
    assert len(story.recipients(variant=name)) == own + test["sample"]["rest"]


@then("the news of each message names the variant that the person got")
def named_in_news(story: Story, mailing_service: RunningService) -> None:
    variants = {one["variant_id"]: one["name"] for one in story.client.get(f"{story.path}/variants").json()["variants"]}
    planned, sent = {kind: message_news(story, mailing_service, kind) for kind in ("queued", "sent")}.values()
    assert planned.keys() == sent.keys()
    got = {to.partition("@")[0]: subject for to, subject in story.mailbox.letters if f"-{story.mark}-" in to}
    assert {user_id: one["variant_name"] for user_id, one in sent.items()} == got
    assert {user_id: variants[one["variant_id"]] for user_id, one in sent.items()} == got
    waiting = [user_id for user_id, one in planned.items() if one["variant_id"] is None]
    assert len(waiting) == ab_test(story)["sample"]["rest"]
    assert {user_id: one["variant_name"] for user_id, one in planned.items()} == got | dict.fromkeys(waiting)


@then("nobody of the control was written to")
def control_silent(story: Story) -> None:
    kept = story.recipients(reason="control")
    assert 40 < len(kept) < 130
    assert not {f"{one['user_id']}@people.example" for one in kept} & story.mails().keys()


@then("nobody beyond the sample is written to")
def nobody(story: Story) -> None:
    time.sleep(WHILE)
    assert len(story.mails()) == ab_test(story)["sample"]["messages"]
    assert story.execution()["accounting"]["holds"]


@then(parsers.parse('"{name}" is declared the winner automatically'))
def declared_automatically(story: Story, name: str) -> None:
    until(lambda: ab_test(story)["outcome"] is not None)
    outcome = ab_test(story)["outcome"]
    assert (outcome["ended"], outcome["variant"], outcome["by"]) == ("winner", name, "system:experiments")
    assert outcome["finding"]["sequential_p"] < 0.05


@then("no winner is declared")
def none_declared(story: Story) -> None:
    time.sleep(WHILE)
    assert ab_test(story)["outcome"] is None
    assert story.execution()["accounting"]["waiting"] == ab_test(story)["sample"]["rest"]


@then("the test ends without a winner")
def ended(story: Story) -> None:
    until(lambda: ab_test(story)["outcome"] is not None)
    assert ab_test(story)["outcome"]["ended"] == story.fields["experiment"]["fallback"]
    assert [one["type"] for one in news(story, "campaign.no_winner")] == ["campaign.no_winner"]


@then("the history says who won and with which figures")
def history(story: Story) -> None:
    entries = story.client.get(f"{story.path}/history").json()["history"]
    (entry,) = [one for one in entries if one["event"] == "campaign.winner_declared"]
    assert entry["details"]["variant"] == "Long"
    assert {arm["name"] for arm in entry["details"]["finding"]["arms"]} == {"Short", "Long"}


@then("the news of the winner is published once")
def published(story: Story) -> None:
    (told,) = news(story, "campaign.winner_declared")
    assert (told["data"]["variant"], told["data"]["method"]) == ("Long", "automatic")


@then(parsers.parse("the report says that {what}"))
def report(story: Story, what: str) -> None:
    said = {"it may still be chance": "may still be chance", "the figures must not be compared": "must not be compared"}
    until(lambda: any(said[what] in sentence for sentence in ab_test(story)["says"]))


@then("the report compares with the control")
def beside_control(story: Story) -> None:
    found = {one["name"]: one for one in ab_test(story)["variants"]}
    assert found["Control"]["people"] == story.execution()["accounting"]["control"]
    assert found["Long"]["over_control"]["other"] == "Control"
    assert found["Long"]["over_control"]["difference"]["low"] > 0


@then("the report shows what each variant earned per person")
def earned(story: Story) -> None:
    for one in ab_test(story)["variants"]:
        assert one["figure"]["value"] == pytest.approx(20 * one["successes"] / one["people"])


@then(parsers.parse('declaring "{name}" the winner is refused, because {why}'))
def refused(story: Story, name: str, why: str) -> None:
    answer = declared(story, name)
    expected = {
        "the test is decided": (409, "campaign.ab_test_decided"),
        "the control gets no message": (422, "campaign.invalid_configuration"),
    }
    assert (answer.status_code, answer.json()["code"]) == expected[why], answer.text


@then("the trace of a person beyond the sample says that they got the winner")
def trace(story: Story) -> None:
    (person, *_) = [one for one in story.recipients(variant="Short") if one["batch"] is not None][-1:]
    steps = story.client.get(f"{story.path}/recipients/{person['user_id']}").json()["steps"]
    (sample,) = [step for step in steps if step["step"] == "sample"]
    assert "not in the test" in sample["says"]
    assert "gets the winner: Short" in sample["says"]


@then(parsers.parse('the share of "{name}" is drawn anew and is most of all'))
def share_grew(story: Story, name: str) -> None:
    until(lambda: ab_test(story)["shares"] is not None)
    shares = ab_test(story)["shares"]
    assert shares["version"] == 1
    assert sum(one["percentage"] for one in shares["shares"]) == 100
    assert {one["name"]: one["percentage"] for one in shares["shares"]}[name] > 90


@then("the history says from which figures the shares were drawn")
def shares_in_history(story: Story) -> None:
    entries = story.client.get(f"{story.path}/history").json()["history"]
    (entry,) = [one for one in entries if one["event"] == "campaign.shares_drawn"]
    assert sum(arm["people"] for arm in entry["details"]["finding"]["arms"]) == 80


@then(parsers.parse('nearly all of them get "{name}"'))
def nearly_all(story: Story, name: str) -> None:
    late = latecomers(story)
    assert 0.8 * len(late) < late.count(name) <= len(late)


@then(parsers.parse('all of them get "{name}"'))
def all_get(story: Story, name: str) -> None:
    assert set(latecomers(story)) == {name}


@then("the trace of one of them names the shares by which their variant was drawn")
def shares_in_trace(story: Story) -> None:
    (newest, *_) = story.client.get(f"{story.path}/executions").json()["executions"]
    (person, *_) = story.recipients(execution_id=newest["execution_id"])
    where = f"{story.path}/recipients/{person['user_id']}"
    steps = story.client.get(where, params={"execution_id": newest["execution_id"]}).json()["steps"]
    (drawn,) = [step for step in steps if step["step"] == "variant"]
    assert drawn["details"]["shares_version"] == 1
    assert "were drawn from the figures (version 1): Short " in drawn["says"]


def order(story: Story, people: list[dict[str, Any]], amount: int) -> None:
    told = [
        {
            "event_id": uuid4().hex,
            "event_type": "order",
            "user_id": one["user_id"],
            "at": now(),
            "value": str(amount),
            "currency": "EUR",
        }
        for one in people
    ]
    answer = story.client.post("/api/v1/events", json={"events": told})
    assert answer.status_code == 202, answer.text


def sign_up(story: Story, people: list[dict[str, str]]) -> None:
    before = len(story.mails())
    events = [
        {"event_id": uuid4().hex, "event_type": "signed_up", "user_id": one["user_id"], "at": now()} for one in people
    ]
    answer = story.client.post("/api/v1/events", json={"events": events})
    assert answer.status_code == 202, answer.text
    until(lambda: len(story.mails()) == before + len(people))
    until(lambda: sum(one["people"] for one in ab_test(story)["variants"]) == len(story.mails()))


def latecomers(story: Story) -> list[str]:
    """What those got who came after the first 80."""
    late = {f"{row['user_id']}@people.example" for row in story.rows[80:]}
    return [subject for to, subject in story.mailbox.letters if to in late]


def now() -> str:
    return datetime.now(UTC).isoformat()


def people_of(story: Story, variant: str) -> list[dict[str, Any]]:
    """Whoever got a variant, in every run."""
    runs = story.client.get(f"{story.path}/executions").json()["executions"]
    found = [story.recipients(variant=variant, execution_id=run["execution_id"]) for run in runs]
    return [one for some in found for one in some if one["state"] in ("sent", "delivered")]


def ab_test(story: Story) -> dict[str, Any]:
    answer = story.client.get(f"{story.path}/ab-test")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def sent(story: Story) -> int:
    return int(story.execution()["accounting"]["sent"])


def declared(story: Story, name: str) -> Any:
    variants = story.client.get(story.path).json()["variants"]
    (variant_id,) = [one["variant_id"] for one in variants if one["name"] == name]
    return story.client.post(f"{story.path}/ab-test/winner", json={"variant_id": variant_id})


def opened(story: Story, name: str, share: float) -> None:
    """This share of those who got the variant, and 15 percent of the others."""
    told = list[dict[str, Any]]()
    for variant in ab_test(story)["variants"]:
        people = people_of(story, variant["name"])
        openers = people[: round(len(people) * (share if variant["name"] == name else 0.15))]
        told += [{"message_id": one["message_id"], "type": "opened"} for one in openers]
    answer = story.client.post("/api/v1/feedback/relay", json={"events": told})
    assert answer.status_code == 202, answer.text


def message_news(story: Story, service: RunningService, kind: str) -> dict[str, dict[str, Any]]:
    """By person: what is told of the message that each of them was sent."""
    found = dict[str, dict[str, Any]]()

    def all_told() -> bool:
        for subject, content in everything_in(service.nats_url, service.nats_stream):
            if subject.endswith(f".message.{kind}"):
                body = content.partition(b"\n")[2]
                mine = [one["data"] for one in json.loads(body) if one["tenantid"] == story.tenant_id]
                found.update({one["user_id"]: one for one in mine})
        return len(found) == sent(story)

    until(all_told)
    return found


def news(story: Story, kind: str) -> list[dict[str, Any]]:
    answer = story.client.get("/api/v1/events/feed", params={"limit": "500", "types": kind})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["events"])

"""Steps about dry runs and caps, over the running service."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Story
from tests.support.running_service import RunningService
from tests.support.waiting import until

scenarios("delivery/dry_running_a_campaign.feature", "delivery/capping_messages.feature")

UNTOUCHED = ("events", "executions", "plan_pages", "batches", "message_facts", "message_ranges", "reservations",
             "campaign_spending", "tracked_links", "meters")  # fmt: skip


@pytest.fixture
def foretold() -> dict[str, Any]:
    """What the last dry run found."""
    return {}


@pytest.fixture
def written(mailing_service: RunningService) -> Any:
    def counts() -> dict[str, int]:
        with psycopg.connect(mailing_service.database_url) as connection:
            connection.execute("set role campaigns_system")
            known = connection.execute("select table_name from information_schema.tables where table_name = any(%s)", (
                list(UNTOUCHED),
            )).fetchall()  # fmt: skip
            tables = sorted(name for (name,) in known)
            rows = connection.execute(
                " union all ".join(f"select '{table}', count(*) from {table}" for table in tables).encode()
            )
            return dict(rows.fetchall())

    return counts


@given(parsers.parse("{count:d} strangers without an address"))
def strangers(story: Story, count: int) -> None:
    story.add("s", count, address=False)


@given(parsers.parse("{count:d} more people with the mail address of the first"))
def sharers(story: Story, count: int) -> None:
    story.add("z", count, email=story.rows[0]["email"].upper().replace("@PEOPLE", "@people"))


@given("a budget for 20 messages")
def budget(story: Story) -> None:
    story.fields["budget"] = {"amount": "0.20", "currency": "EUR"}


@given("a subject that is no template")
def broken_subject(story: Story) -> None:
    story.fields["channels"] = [{**MAIL, "content": {**MAIL["content"], "subject": "{% nonsense %}"}}]


@given("a holdout but nobody of that country")
def nobody(story: Story) -> None:
    story.fields["holdout_percentage"] = 5
    story.country = "XX"


@given("a text that asks for a first name, which nobody has")
def asks_for_a_name(story: Story) -> None:
    story.fields["channels"] = [{**MAIL, "content": {**MAIL["content"], "body_text": "Hello {{ first_name }}"}}]


@given(parsers.parse("a cap of {messages:d} message in {days:d} days"))
def cap(story: Story, messages: int, days: int) -> None:
    story.fields["frequency_cap"] = {"messages": messages, "days": days}


@when("a dry run is made")
def dry_run(story: Story, foretold: dict[str, Any], written: Any) -> None:
    story.draft()
    foretold["before"] = written()
    answer = story.client.post(f"{story.path}/dry-run", json={"sample": None})
    assert answer.status_code == 202, answer.text
    place = answer.headers["Location"]
    until(lambda: story.client.get(place).json()["status"] in ("completed", "failed"))
    found = story.client.get(place).json()
    assert found["status"] == "completed", found
    foretold.update(found["forecast"], after=written())


@when("the drafted campaign is started")
def start_draft(story: Story) -> None:
    story.tell("start")


@when("one of the people unsubscribes")
def unsubscribes(story: Story) -> None:
    body = {"user_id": story.rows[3]["user_id"], "channel": "email", "reason": "unsubscribed"}
    assert story.client.post("/api/v1/suppressions", json=body).status_code == 201


@when("the throttle of the campaign is changed")
def edited(story: Story) -> None:
    assert story.client.patch(story.path, json={"throttle": {"per_minute": 9_000}}).status_code == 200


@when(parsers.parse("{count:d} people are new and a second campaign with the same cap is started"))
def second(story: Story, count: int) -> None:
    story.add("new", count)
    story.mark += "2"
    story.start()


@then(parsers.parse("it foretells {count:d} messages by e-mail over smtp for {cost} EUR"))
def messages(foretold: dict[str, Any], count: int, cost: str) -> None:
    counted = foretold["counted"]
    assert (counted["to_send"], counted["audience"], Decimal(counted["cost"])) == (count, 37, Decimal(cost))
    assert foretold["providers"] == {"email": "smtp"}
    assert [(hour["hour"], hour["messages"]) for hour in counted["hours"]] == [(0, count)]
    assert counted["finishes_at"] >= foretold["starts_at"]
    assert foretold["problems"] == []


@then(parsers.parse(
    'it foretells {count:d} people skipped for "{reason}" and {others:d} for "{other}", naming some of them'
))  # fmt: skip
def skipped(  # noqa: PLR0917
    story: Story, foretold: dict[str, Any], count: int, reason: str, others: int, other: str
) -> None:
    assert foretold["counted"]["reasons"] == {reason: count, other: others}
    assert foretold["people"][other] == [row["user_id"] for row in story.rows if row["user_id"].startswith("z-")]
    assert len(foretold["people"][reason]) == count


@then("nothing was written down and no mail has left")
def nothing_written(story: Story, foretold: dict[str, Any], written: Any) -> None:
    assert foretold["before"] == foretold["after"] == written()
    assert {"events", "plan_pages", "batches", "message_facts"} <= foretold["before"].keys()
    assert not story.mails()


@then(parsers.parse("it foretells that the budget is used up after {count:d} messages"))
def used_up(foretold: dict[str, Any], count: int) -> None:
    budget = foretold["budget"]
    assert budget["messages_before"] == count
    assert foretold["starts_at"] < budget["exhausted_at"] <= foretold["counted"]["finishes_at"]


@then("it names the content and the empty audience as problems")
def problems(foretold: dict[str, Any]) -> None:
    pointers = {problem["pointer"] for problem in foretold["problems"]}
    assert pointers == {"/channels/0/content/subject", "/audience"}
    assert foretold["counted"] is None


@then(parsers.parse('it foretells that {count:d} of {total:d} messages do without "{name}"'))
def gaps(foretold: dict[str, Any], count: int, total: int, name: str) -> None:
    content = foretold["content"]
    assert (content["rendered"], content["everybody"], content["gaps"]) == (total, True, {name: count})


@then("the run came as foretold")
def as_foretold(story: Story) -> None:
    found = compared(story)
    assert (found["identical"], found["differences"], found["changes"]) == (True, [], [])
    assert Decimal(found["spent"]) == Decimal("0.30")


@then(parsers.parse('the run differs by one "{reason}", one message and {cost} EUR'))
def differs(story: Story, reason: str, cost: str) -> None:
    by = {(one["of"], one["name"]): (one["planned"], one["real"]) for one in compared(story)["differences"]}
    assert by[("reason", reason)] == (0, 1)
    assert by[("channel", "email")] == (30, 29)
    planned, real = by[("cost", "total")]
    assert Decimal(planned) - Decimal(real) == Decimal(cost)


@then("that the campaign and the suppressions have changed is given as the reason")
def reasons(story: Story) -> None:
    changes = {change["what"]: change for change in compared(story)["changes"]}
    assert changes.keys() == {"campaign", "suppressions"}
    assert changes["campaign"]["details"]["fields"] == ["throttle"]


@then(parsers.parse('{got:d} people got it and {count:d} were skipped for "{reason}"'))
def were_capped(story: Story, got: int, count: int, reason: str) -> None:
    assert story.execution()["accounting"]["sent"] == got
    assert len(story.recipients(reason=reason)) == count


@then("the trace of one of them tells of the cap")
def traced(story: Story) -> None:
    steps = story.client.get(f"{story.path}/recipients/{story.rows[0]['user_id']}").json()["steps"]
    assert "1 messages in 7 days" in " ".join(step["says"] for step in steps)


@then(parsers.parse('asked whether one of them would get it the answer is "{reason}"'))
def asked(story: Story, reason: str) -> None:
    answer = story.client.post(f"{story.path}/eligibility", json={"user_id": story.rows[0]["user_id"]})
    assert (answer.json()["eligible"], answer.json()["reason"]) == (False, reason)


def compared(story: Story) -> dict[str, Any]:
    answer = story.client.get(f"{story.path}/executions/{story.execution()['execution_id']}/dry-run-diff")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())

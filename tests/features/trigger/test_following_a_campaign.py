"""Steps of features/trigger/following_a_campaign.feature."""

import re
import time
from typing import Any

import httpx
import psycopg
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL
from tests.features.trigger.conftest import TriggerStory
from tests.support.running_service import RunningService
from tests.support.waiting import PATIENCE, until

scenarios("trigger/following_a_campaign.feature")

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@given("a campaign with a link has been sent to them")
def sent(story: TriggerStory, triggering_service: RunningService) -> None:
    followed: Any = {"subject": "Shoes", "body_html": '<a href="https://shop.example/shoes">Shoes</a>'}
    plain = {"mode": "one_time", "name": f"Shoes {story.mark}", "triggers": []}
    story.trigger = {"event_type": "nothing"}
    criteria = {"field": "country", "operator": "equals", "value": "DE"}
    story.fields |= plain | {"channels": [with_content(followed)], "audience": {"include": [{"criteria": criteria}]}}
    story.draft()
    story.tell("start")
    until(lambda: story.execution()["status"] == "completed")
    time.sleep(1.1)  # who follows a link within a second of the mail's arrival is a machine


def with_content(content: dict[str, str]) -> dict[str, Any]:
    known: Any = MAIL["content"]
    return {**MAIL, "content": {**known, **content}}


def follow(story: TriggerStory, event_type: str) -> None:
    followed = story.path.rpartition("/")[2]
    criteria = {"field": "event.campaign_id", "operator": "equals", "value": followed}
    trigger = {"event_type": event_type, "criteria": criteria, "frequency_limit": None}
    more = {"mode": "triggered", "name": f"More {story.mark}", "triggers": [trigger], "audience": {}}
    body = {**more, "channels": [with_content({"subject": "More"})]}
    made = story.client.post("/api/v1/campaigns", json=body)
    assert made.status_code == 201, made.text
    activated = story.client.post(f"/api/v1/campaigns/{made.json()['id']}/activate")
    assert activated.status_code == 200, activated.text


@given(parsers.parse("a second campaign follows those who {what}"))
def second(story: TriggerStory, what: str) -> None:
    names = {"click": "clicked", "open": "opened", "have not opened after 3 days": "not_opened_after_3_days"}
    follow(story, f"campaign.message.{names[what]}")


def link(story: TriggerStory, place: int, kind: str) -> str:
    address = story.rows[place]["email"]
    letter = next(content for to, content in story.mailbox.contents if to == address).decode()
    found = re.search(rf"/t/{kind}/[A-Za-z0-9_-]+", letter.replace("=\r\n", ""))
    assert found, letter
    return found[0]


def visit(service: RunningService, path: str, agent: str) -> None:
    with httpx.Client(
        base_url=service.url, headers={"User-Agent": agent}, trust_env=False, timeout=PATIENCE
    ) as browser:
        assert browser.get(path).status_code in (200, 302)


@when("the first person clicks, twice")
def clicks(story: TriggerStory, triggering_service: RunningService) -> None:
    for _ in range(2):
        visit(triggering_service, link(story, 0, "c"), BROWSER)


@when("the first person opens theirs")
def opens(story: TriggerStory, triggering_service: RunningService) -> None:
    visit(triggering_service, link(story, 0, "o"), BROWSER)


@when("a mail scanner opens the mail of the second person")
def scanned(story: TriggerStory, triggering_service: RunningService) -> None:
    visit(triggering_service, link(story, 1, "o"), "Barracuda Sentinel (EE)")


@when("three days pass")
def days_pass(story: TriggerStory, triggering_service: RunningService) -> None:
    """As the ledger tells: all that was sent has just become three days old."""
    campaign = story.path.rpartition("/")[2]
    with psycopg.connect(triggering_service.database_url) as connection:
        connection.execute("set role campaigns_system")
        known = connection.execute("select execution_no from executions where campaign_id = %s", (campaign,))
        ((number,),) = known.fetchall()
        until(lambda: bool(hits(connection, number)))
        connection.execute("reset role")
        for table in ("message_ranges", "message_facts"):
            connection.execute(f"alter table {table} no force row level security".encode())
            aged = (
                f"update {table} set at = now() - interval '3 days' where kind = 1 and at > now() - interval '3 days'"
            )
            connection.execute(aged.encode())
            connection.execute(f"alter table {table} force row level security".encode())


def hits(connection: psycopg.Connection, number: int) -> list[Any]:
    found = connection.execute("select from message_facts where execution_no = %s and kind = 20", (number,))
    return found.fetchall()


def heard(story: TriggerStory) -> list[int]:
    """How many further mails each person got."""
    further = [to for to, subject in story.mailbox.letters if subject == "More"]
    return [further.count(row["email"]) for row in story.rows]


@then("the first person hears more, once")
def first_hears(story: TriggerStory) -> None:
    until(lambda: heard(story)[0] >= 1)


@then("the others hear nothing more")
def others(story: TriggerStory) -> None:
    time.sleep(1)  # whoever was to hear would have been told together with the first person
    assert heard(story) == [1, 0, 0]


@then("the second and the third person hear more, once")
def others_hear(story: TriggerStory) -> None:
    until(lambda: heard(story)[1:] == [1, 1])


@then("the first person hears nothing more")
def first_hears_nothing(story: TriggerStory) -> None:
    time.sleep(1)
    assert heard(story) == [0, 1, 1]

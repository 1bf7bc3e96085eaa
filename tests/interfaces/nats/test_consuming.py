"""Events of others, from their stream to the ledger, with the real service in between."""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
from typing import Any

import nats
import psycopg
import pytest
from nats.js.errors import NotFoundError
from tests.support.ledgers import EXECUTION_NUMBERS, WrittenLedger
from tests.support.publishing import Publisher, cloud_event
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import eventually, until


@pytest.fixture
def ledger(service: RunningService, tenant: Tenant) -> WrittenLedger:
    """Ten people were written to."""
    made = tenant.client.post("/api/v1/campaigns", json={"name": "Spring"})
    assert made.status_code == 201, made.text
    written = WrittenLedger(
        service.database_url,
        people=10,
        execution_no=next(EXECUTION_NUMBERS),
        tenant=tenant.tenant_id,
        campaign_id=made.json()["id"],
    )
    written.say(ranges=[(1, 10)])
    return written


@pytest.fixture
def others(service: RunningService) -> Publisher:
    return Publisher(service)


def facts(service: RunningService, ledger: WrittenLedger) -> list[tuple[int, int, str]]:
    """Message, kind and source of everything that was heard of this execution."""
    with psycopg.connect(service.database_url) as connection:
        connection.execute("set role campaigns_system")
        return connection.execute(
            "select seq, kind, source_event_id from message_facts where execution_no = %s and source_event_id is not null"
            " order by seq, kind",
            (ledger.execution_no,),
        ).fetchall()


def totals(tenant: Tenant, ledger: WrittenLedger, *names: str) -> list[int]:
    answer = tenant.client.get(f"/api/v1/campaigns/{ledger.campaign_id}/metrics")
    return [answer.json()["totals"][name] for name in names]


def command_line(service: RunningService, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": service.database_url,
        "NATS_URL": service.nats_url,
        "NATS_STREAM": service.nats_stream,
        "NATS_SUBJECT_PREFIX": service.nats_subject_prefix,
        "NATS_INBOUND_PREFIX": f"{service.nats_subject_prefix}-in",
        "CAMPAIGNS_HOME": str(service.home),
    }
    return subprocess.run(
        [sys.executable, "-m", "campaigns", "events", "dead-letters", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def dead_letters(service: RunningService, told: str) -> list[dict[str, Any]]:
    """As they stand in their stream: the command line takes seconds to start."""
    return [letter for letter in asyncio.run(_stored(service)) if told in letter["body"]]


async def _stored(service: RunningService) -> list[dict[str, Any]]:
    client = await nats.connect(service.nats_url)
    jetstream, stream = client.jetstream(), f"{service.nats_stream}_DEAD"
    found = []
    try:
        state = (await jetstream.stream_info(stream)).state
        for number in range(max(state.first_seq, 1), state.last_seq + 1):
            with contextlib.suppress(NotFoundError):
                message = await jetstream.get_msg(stream, number)
                found.append(
                    {
                        "number": number,
                        "headers": message.headers,
                        "body": (message.data or b"").decode(errors="replace"),
                    }
                )
    except NotFoundError:
        return []
    finally:
        await client.close()
    return found


def listed_letters(service: RunningService, told: str) -> list[dict[str, Any]]:
    listed = command_line(service, "list", "--limit", "1000", "--json")
    assert listed.returncode == 0, listed.stderr
    return [letter for letter in json.loads(listed.stdout) if told in letter["body"]]


def test_a_plain_body_as_seed_c_writes_it_becomes_figures(
    tenant: Tenant, ledger: WrittenLedger, others: Publisher
) -> None:
    sent = {"metadata": {"campaign_id": "c", "message_id": f"{ledger.execution_no}-1"}, "notification_id": "n1"}
    others.publish("notification.delivered", {**sent, "delivered_at": "2026-11-21T10:00:00Z"})
    others.publish("notification.opened", sent)
    others.publish("notification.clicked", {**sent, "link_url": "https://shop.example/"})
    others.publish("notification.failed", {**sent, "message_id": f"{ledger.execution_no}-2", "error_message": "550 no"})
    eventually(lambda: totals(tenant, ledger, "delivered", "opened", "clicked"), [1, 1, 1])


@pytest.mark.parametrize("form", ["structured", "batched", "binary", "without a content type"])
def test_a_cloud_event_is_read_in_every_mode(
    form: str, service: RunningService, ledger: WrittenLedger, others: Publisher
) -> None:
    event = cloud_event("acme.notification.opened", {"message_id": f"{ledger.execution_no}-3"})
    match form:
        case "structured":
            others.publish("notification.opened", event, headers={"content-type": "application/cloudevents+json"})
        case "batched":
            others.publish("notification.opened", [event, {**event, "id": "another"}])
        case "binary":
            headers = {f"ce-{name}": value for name, value in event.items() if name != "data"}
            others.publish("notification.opened", event["data"], headers=headers)
        case _:
            others.publish("notification.opened", event)
    expected = 2 if form == "batched" else 1
    eventually(lambda: len(facts(service, ledger)), expected)


def test_what_comes_three_times_out_of_order_has_its_effect_once(
    service: RunningService, tenant: Tenant, ledger: WrittenLedger, others: Publisher
) -> None:
    names = ("delivered", "opened", "opened", "clicked")
    said = [
        (f"notification.{name}", cloud_event(name, {"message_id": f"{ledger.execution_no}-{seq}"}))
        for seq in range(1, 10)
        for name in names
    ]
    mixed = random.Random(5).sample(said * 3, len(said) * 3)
    for subject in {subject for subject, _ in said}:
        others.publish(subject, *(event for its, event in mixed if its == subject))
    eventually(lambda: len(facts(service, ledger)), len(said))
    eventually(lambda: totals(tenant, ledger, "delivered", "opened_total", "clicked"), [9, 18, 9])
    last = {subject: cloud_event("last", {"message_id": f"{ledger.execution_no}-10"}) for subject, _ in said}
    for subject, newest in last.items():
        others.publish(subject, *(event for its, event in said if its == subject), newest)
    until(lambda: facts(service, ledger), lambda seen: [seq for seq, *_ in seen].count(10) == len(last))
    assert len(facts(service, ledger)) == len(said) + len(last)
    figures = ("delivered", "opened", "opened_total", "clicked")
    eventually(lambda: totals(tenant, ledger, *figures), [10, 10, 19, 10])


def test_a_hard_failure_suppresses_at_once_and_a_soft_one_does_not(
    service: RunningService, tenant: Tenant, ledger: WrittenLedger, others: Publisher
) -> None:
    message = f"{ledger.execution_no}-"
    others.publish("notification.failed", {"message_id": f"{message}1", "error": "552 5.2.2 mailbox full"})
    others.publish("notification.failed", {"message_id": f"{message}2", "error": "550 5.1.1 no such user"})
    others.publish("notification.failed", {"message_id": f"{message}3", "bounce_type": "soft", "error": "550 5.1.1 x"})
    others.publish("notification.complained", {"message_id": f"{message}4"})

    eventually(lambda: [seq for seq, *_ in facts(service, ledger)], [1, 2, 3, 4])
    listed = tenant.client.get("/api/v1/suppressions").json()["suppressions"]
    assert [(one["user_id"], one["reason"]) for one in listed] == [("u2", "bounced"), ("u4", "complained")]


def test_messages_of_others_are_passed_over(service: RunningService, ledger: WrittenLedger, others: Publisher) -> None:
    others.publish("notification.opened", {"message_id": "not-ours"}, {"notification_id": "n2"})
    others.publish("notification.opened", {"message_id": f"{ledger.execution_no}-11"})  # ten were written to
    others.publish("notification.opened", {"message_id": f"{ledger.execution_no}-9"})
    eventually(lambda: [seq for seq, *_ in facts(service, ledger)], [9])
    others.publish("notification.opened", {"message_id": f"{ledger.execution_no}-8"})  # after all that was said before
    eventually(lambda: [seq for seq, *_ in facts(service, ledger)], [8, 9])
    assert dead_letters(service, f"{ledger.execution_no}-11") == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"\xff\xfe TAG", ("event.unreadable", "no JSON")),
        (b'"TAG"', ("event.unreadable", "no JSON object")),
        (b'{"message_id": 7, "a": "TAG"}', ("event.unreadable", "message_id")),
        (b'{"message_id": "TAG \\u0000"}', ("event.unreadable", "NUL")),
        (b'{"specversion": "1.0", "source": "/n", "type": "TAG"}', ("event.unreadable", "id:")),
        (b'{"specversion": "0.3", "id": "1", "source": "/n", "type": "TAG"}', ("event.unreadable", "specversion")),
        (b'{"message_id": "TAG", "timestamp": "yesterday"}', ("event.unreadable", "time")),
        (b'{"message_id": "TAG", "timestamp": "2001-01-01T00:00:00Z"}', ("event.too_old", "memory")),
        (b'{"message_id": "TAG", "tenant_id": "../etc"}', ("event.unreadable", "tenant")),
    ],
)
def test_poison_becomes_a_dead_letter_and_holds_up_nobody(
    body: bytes, told: tuple[str, str], service: RunningService, ledger: WrittenLedger, others: Publisher
) -> None:
    tag = os.urandom(6).hex()
    others.publish("notification.clicked", body.replace(b"TAG", tag.encode()), headers={"x-trace": tag})
    others.publish("notification.clicked", {"message_id": f"{ledger.execution_no}-1"})
    until(lambda: facts(service, ledger))
    (letter,) = until(lambda: dead_letters(service, tag))
    headers = letter["headers"]
    assert (headers["Dead-Code"], headers["Dead-Subject"], headers["x-trace"]) == (told[0], "notification.clicked", tag)
    assert told[1] in headers["Dead-Error"]
    assert headers["Dead-Position"] in service.log.read_text()


def test_of_a_batch_the_good_events_are_taken_and_the_bad_one_alone_is_kept(
    service: RunningService, ledger: WrittenLedger, others: Publisher
) -> None:
    good = cloud_event("opened", {"message_id": f"{ledger.execution_no}-1"})
    bad = cloud_event("opened", {"message_id": 5, "tag": f"bad-{ledger.execution_no}"})
    others.publish("notification.opened", [good, bad])
    until(lambda: facts(service, ledger))
    (letter,) = until(lambda: dead_letters(service, f"bad-{ledger.execution_no}"))
    assert json.loads(letter["body"])["id"] == bad["id"]


def test_an_operator_tries_a_dead_letter_again_or_drops_it(
    service: RunningService, ledger: WrittenLedger, others: Publisher
) -> None:
    old = {"message_id": f"{ledger.execution_no}-5", "timestamp": "2020-01-01T00:00:00Z"}
    broken = {"message_id": [f"{ledger.execution_no}-6"]}
    others.publish("notification.opened", old, broken)
    eventually(lambda: len(dead_letters(service, f"{ledger.execution_no}-")), 2)
    told = {letter["code"]: str(letter["number"]) for letter in listed_letters(service, f"{ledger.execution_no}-")}
    again = command_line(service, "retry", told["event.too_old"])
    assert (again.returncode, facts(service, ledger)[0][:1]) == (0, (5,)), again
    refused = command_line(service, "retry", told["event.unreadable"])
    assert (refused.returncode, "message_id" in refused.stdout) == (1, True), refused
    assert command_line(service, "drop", told["event.unreadable"]).returncode == 0
    assert dead_letters(service, f"{ledger.execution_no}-") == []
    gone = command_line(service, "drop", told["event.unreadable"])
    assert (gone.returncode, "no dead letter" in gone.stderr) == (1, True), gone

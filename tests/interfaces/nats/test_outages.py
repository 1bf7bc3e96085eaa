"""Feedback while a store is away: nothing that was answered or published is lost, and nothing counts twice."""

import hmac
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from tests.support.databases import Databases
from tests.support.ledgers import EXECUTION_NUMBERS, WrittenLedger
from tests.support.provider_posts import Posted, Postmark, SendGrid
from tests.support.publishing import Publisher, cloud_event
from tests.support.running_service import RunningService, running_service
from tests.support.servers import Addresses
from tests.support.waiting import eventually, until
from tests.support.wires import Wire, wire_to_nats, wire_to_postgres

from campaigns.domain.delivery.numbers import FactKind as F
from campaigns.domain.platform.api_keys import secret_of, written

ROLES = "api,consumer"
_SENDGRID, _POSTMARK = SendGrid(), Postmark()


class Installation:
    """A service behind wires, and its database without one."""

    def __init__(self, service: RunningService, postgres: Wire, nats: Wire, database_url: str, nats_url: str) -> None:
        self.service, self.postgres, self.nats, self.database_url = service, postgres, nats, database_url
        self.others = Publisher(service._replace(nats_url=nats_url))

    def ledger(self, people: int = 10) -> WrittenLedger:
        ledger = WrittenLedger(self.database_url, people=people, execution_no=next(EXECUTION_NUMBERS))
        ledger.say(ranges=[(1, people)])
        return ledger

    def post(self, path: str, posted: Posted) -> httpx.Response:
        with httpx.Client(base_url=f"{self.service.url}/api/v1/feedback", trust_env=False, timeout=30) as client:
            return client.post(path, content=posted.body, headers=dict(posted.headers))

    def facts(self, ledger: WrittenLedger) -> Counter[Any]:
        with psycopg.connect(self.database_url) as connection:
            connection.execute("set role campaigns_system")
            rows = connection.execute(
                "select seq, kind from message_facts where execution_no = %s and source_event_id is not null",
                (ledger.execution_no,),
            ).fetchall()
        return Counter(rows)

    def suppressed(self, user_id: str) -> bool:
        with psycopg.connect(self.database_url) as connection:
            connection.execute("set role campaigns_system")
            found = connection.execute("select from suppressions where user_id = %s", (user_id,)).fetchall()
        return bool(found)


@pytest.fixture(scope="module")
def installation(databases: Databases, servers: Addresses) -> Iterator[Installation]:
    with ExitStack() as stack:
        enter = stack.enter_context
        database_url = enter(databases.fresh())
        postgres, nats = enter(wire_to_postgres(database_url)), enter(wire_to_nats(servers.nats))
        settings = {"FEEDBACK_SECRETS": f"sendgrid:{_SENDGRID.secret}\npostmark:{_POSTMARK.secret}\nacme:agreed"}
        service = enter(running_service(postgres.url, nats.url, roles=ROLES, settings=settings))
        yield Installation(service, postgres, nats, database_url, servers.nats)


def test_a_proven_post_is_kept_while_postgres_is_away_and_taken_afterwards(installation: Installation) -> None:
    ledger = installation.ledger()
    bounce = SendGrid.event("bounce", f"{ledger.execution_no}-1", type="bounce", reason="550 5.1.1 no such user")
    posted = _SENDGRID.post(bounce, SendGrid.event("delivered", f"{ledger.execution_no}-2"))
    installation.postgres.cut()
    try:
        answers = [installation.post("/sendgrid", posted) for _ in range(2)]
        forged = installation.post("/postmark", Postmark().post(Postmark.record("Delivery", "1-1")))
    finally:
        installation.postgres.mend()
    assert [(answer.status_code, answer.json()["kept"]) for answer in answers] == [(202, 2), (202, 2)]
    assert forged.status_code == 403
    until(lambda: installation.facts(ledger).total() >= 2)
    assert installation.suppressed("u1")
    assert installation.post("/sendgrid", posted).json()["kept"] == 0
    assert set(installation.facts(ledger).values()) == {1}
    spool = installation.service.home / "feedback.spool"
    until(lambda: not spool.exists() or not spool.stat().st_size)


def test_a_signed_post_in_our_own_format_is_kept_as_well_and_one_with_a_key_is_not(installation: Installation) -> None:
    ledger = installation.ledger()
    body = json.dumps({"events": [{"message_id": f"{ledger.execution_no}-4", "type": "delivered"}]}).encode()
    signature = hmac.digest(b"agreed", body, "sha256").hex()
    kinds = {"content-type": "application/json"}
    installation.postgres.cut()
    try:
        signed = installation.post("/acme", Posted(body, {**kinds, "X-Signature": f"sha256={signature}"}))
        keyed = installation.post(
            "/acme", Posted(body, {**kinds, "X-API-Key": written("a" * 32, secret_of(b"s" * 32))})
        )
    finally:
        installation.postgres.mend()
    assert (signed.status_code, signed.json()["kept"]) == (202, 1)
    assert (keyed.status_code, "retry-after" in keyed.headers) == (503, True)
    eventually(lambda: installation.facts(ledger), Counter({(4, F.DELIVERED): 1}))


def test_events_wait_for_postgres_and_have_their_effect_once(installation: Installation) -> None:
    ledger = installation.ledger(people=11)
    events = [cloud_event("opened", {"message_id": f"{ledger.execution_no}-{seq}"}) for seq in range(1, 11)]
    installation.postgres.cut()
    try:
        installation.others.publish("notification.opened", *events, *events)
        time.sleep(3)
    finally:
        installation.postgres.mend()
    eventually(lambda: installation.facts(ledger), Counter({(seq, F.OPENED): 1 for seq in range(1, 11)}))
    newest = cloud_event("opened", {"message_id": f"{ledger.execution_no}-11"})
    installation.others.publish("notification.opened", *events, newest)
    eventually(lambda: installation.facts(ledger)[11, F.OPENED], 1)
    assert installation.facts(ledger) == Counter({(seq, F.OPENED): 1 for seq in range(1, 12)})
    assert "dead_letter" not in installation.service.log.read_text()


def test_events_that_came_while_nats_was_away_are_found_afterwards(installation: Installation) -> None:
    ledger = installation.ledger()
    installation.nats.cut()
    try:
        for seq in range(1, 6):
            event = cloud_event("delivered", {"message_id": f"{ledger.execution_no}-{seq}"})
            installation.others.publish("notification.delivered", event)
        time.sleep(2)
        assert installation.facts(ledger).total() == 0
    finally:
        installation.nats.mend()
    eventually(lambda: installation.facts(ledger).total(), 5)


def test_a_consumer_that_is_stopped_amid_its_work_leaves_each_event_its_one_effect(
    databases: Databases, servers: Addresses, tmp_path: Path
) -> None:
    with databases.fresh() as database_url:
        ledger = WrittenLedger(database_url, people=500, execution_no=next(EXECUTION_NUMBERS))
        ledger.say(ranges=[(1, 500)])
        events = [
            cloud_event("opened", {"message_id": f"{ledger.execution_no}-{seq}"}, id=f"e{round_}-{seq}")
            for round_ in range(4)
            for seq in range(1, 501)
        ]
        same = {
            "NATS_INBOUND_PREFIX": f"again{ledger.execution_no}",
            "NATS_INBOUND_STREAM": f"again{ledger.execution_no}",
        }
        same |= {"NATS_STREAM": f"told{ledger.execution_no}", "NATS_SUBJECT_PREFIX": f"told{ledger.execution_no}"}
        for part in range(2):
            with running_service(database_url, servers.nats, roles=ROLES, settings=same) as service:
                others = Publisher(service, prefix=same["NATS_INBOUND_PREFIX"])
                others.publish(
                    "notification.opened", *([events[n : n + 50] for n in range(part * 1000, part * 1000 + 1000, 50)])
                )
        with running_service(database_url, servers.nats, roles=ROLES, settings=same):
            counted = until(lambda: _count(database_url), lambda count: count >= len(events))
        assert counted == len(events)


def _count(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        connection.execute("set role campaigns_system")
        row = connection.execute("select count(*) from message_facts where source_event_id like 'nats:%'").fetchone()
    return int(row[0]) if row else 0

"""Sentences about providers, said beside those about figures."""

import asyncio
import json
import os
from typing import Any

import httpx
import nats
from pytest_bdd import given, parsers, then, when
from tests.support.provider_posts import Mailgun, Posted, Postmark
from tests.support.publishing import Publisher, cloud_event, eventually
from tests.support.running_service import MAILGUN_KEY, POSTMARK_LOGIN

_FIGURES = {
    "hard bounce": "bounced_hard",
    "soft bounce": "bounced_soft",
    "complaint": "complained",
    "reply": "replied",
    "delivery": "delivered",
}
_NOT_THERE = {"severity": "permanent", "reason": "bounce", "delivery-status": {"code": 550, "message": "5.1.1 nobody"}}
_FULL = {"severity": "permanent", "reason": "bounce", "delivery-status": {"code": 552, "message": "5.2.2 full"}}
_LATER = {"severity": "temporary", "reason": "generic", "delivery-status": {"code": 451, "message": "4.7.1 later"}}


def mailgun(stage: Any, name: str, **fields: Any) -> Posted:
    service = Mailgun()
    service.secret = MAILGUN_KEY
    return service.post(Mailgun.event(name, f"{stage.ledger.execution_no}-1", **fields))


def post(stage: Any, service: str, posted: Posted) -> httpx.Response:
    stage.posted = posted
    url = f"{stage.service.url}/api/v1/feedback/{service}"
    return httpx.post(url, content=posted.body, headers=dict(posted.headers), trust_env=False, timeout=20)


@when("the mail service says that the first person's address does not exist")
def _(stage: Any) -> None:
    assert post(stage, "mailgun", mailgun(stage, "failed", **_NOT_THERE)).json()["accepted"] == 1


@when("the mail service says that the first person's mailbox is full")
def _(stage: Any) -> None:
    assert post(stage, "mailgun", mailgun(stage, "failed", **_FULL)).json()["accepted"] == 1


@when("the mail service says that it will try the first person again")
def _(stage: Any) -> None:
    assert post(stage, "mailgun", mailgun(stage, "failed", **_LATER)).status_code == 202


@given("the mail service said that the first person complained")
@when("the mail service says that the first person complained")
def _(stage: Any) -> None:
    assert post(stage, "mailgun", mailgun(stage, "complained")).json()["accepted"] == 1


@given("the first person was let in again")
def _(stage: Any) -> None:
    assert stage.tenant.client.delete("/api/v1/suppressions/u1/email").status_code == 204


@when("the mail service says the same once more")
def _(stage: Any) -> None:
    assert post(stage, "mailgun", stage.posted).status_code == 202


@when("the first person answers the mail")
def _(stage: Any) -> None:
    service = Postmark()
    service.secret = POSTMARK_LOGIN
    answered = f"<{stage.ledger.execution_no}-1.{'a' * 32}@acme.example>"
    inbound = {"From": "ann@people.example", "MessageID": "m1", "Headers": [{"Name": "In-Reply-To", "Value": answered}]}
    assert post(stage, "postmark", service.post(inbound)).json()["accepted"] == 1


@when("a stranger says that the first person complained")
def _(stage: Any) -> None:
    stage.answer = post(stage, "mailgun", Mailgun().post(Mailgun.event("complained", f"{stage.ledger.execution_no}-1")))


@then("the stranger is turned away")
def _(stage: Any) -> None:
    assert stage.answer.status_code == 403


@when(parsers.parse("the notification service tells {count:d} deliveries, each of them {times:d} times"))
def _(stage: Any, count: int, times: int) -> None:
    events = [_delivery(stage, seq) for seq in range(1, count + 1)]
    Publisher(stage.service).publish("notification.delivered", *(events * times))


@when("the notification service tells nonsense and then 1 delivery")
def _(stage: Any) -> None:
    stage.nonsense = os.urandom(8).hex().encode()
    Publisher(stage.service).publish("notification.delivered", stage.nonsense, _delivery(stage, 1))


def _delivery(stage: Any, seq: int) -> dict[str, Any]:
    return cloud_event("delivered", {"message_id": f"{stage.ledger.execution_no}-{seq}"})


@then("the nonsense is kept for the operator")
def _(stage: Any) -> None:
    assert eventually(lambda: stage.nonsense in asyncio.run(_dead_letters(stage.service)), seconds=10)


async def _dead_letters(service: Any) -> list[bytes]:
    client = await nats.connect(service.nats_url)
    try:
        jetstream, stream = client.jetstream(), f"{service.nats_stream}_DEAD"
        state = (await jetstream.stream_info(stream)).state
        return [(await jetstream.get_msg(stream, n)).data or b"" for n in range(state.first_seq, state.last_seq + 1)]
    finally:
        await client.close()


@then("the first person is written to no more")
def _(stage: Any) -> None:
    assert stage.listed() == ["u1"]


@then("the first person may still be written to")
def _(stage: Any) -> None:
    assert stage.listed() == []


@then(
    parsers.re(
        r'"(?P<name>[^"]+)" counts (?P<count>\d+) (?P<what>hard bounce|soft bounce|complaint|reply|deliver)(s|y|ies)?$'
    )
)
def _(stage: Any, name: str, count: str, what: str) -> None:
    figure = _FIGURES["delivery" if what == "deliver" else what]
    assert eventually(lambda: stage.figure(name, figure) == int(count)), (stage.figure(name, figure), json.dumps(what))

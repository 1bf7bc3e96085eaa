"""Sentences about figures, machines, models, money, and what providers say."""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import nats
import psycopg
from pytest_bdd import given, parsers, then, when
from tests.interfaces.analytics.test_breakdowns_over_http import equals
from tests.interfaces.analytics.test_figures_over_http import has_rule
from tests.interfaces.analytics.test_rules_over_http import campaigns_command
from tests.interfaces.delivery.test_delivery_over_rest import completed, launch, upload
from tests.support.ledgers import NOON, WrittenLedger
from tests.support.provider_posts import Mailgun, Posted, Postmark
from tests.support.publishing import Publisher, cloud_event
from tests.support.running_service import MAILGUN_KEY, POSTMARK_LOGIN
from tests.support.waiting import PATIENCE, eventually, until

from campaigns.domain.analytics.tokens import TRAP_LINK, TouchKind
from campaigns.domain.delivery.numbers import FactKind

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
    return httpx.post(url, content=posted.body, headers=dict(posted.headers), trust_env=False, timeout=PATIENCE)


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
    until(lambda: stage.nonsense in asyncio.run(_dead_letters(stage.service)))


async def _dead_letters(service: Any) -> list[bytes]:
    client = await nats.connect(service.nats_url)
    try:
        jetstream, stream = client.jetstream(), f"{service.nats_stream}_DEAD"
        state = (await jetstream.stream_info(stream)).state
        return [
            (await jetstream.get_msg(stream, n)).data or b"" for n in range(max(state.first_seq, 1), state.last_seq + 1)
        ]
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
    eventually(lambda: stage.figure(name, figure), int(count))


_BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
_CAMPAIGNS = "/api/v1/campaigns"
_FIRST_RUN = 7_000_000
_PEOPLE = "user_id,push_token,country,regular\n" + "".join(
    f"u{n:02d},t{n},{'DE' if n % 2 else 'FR'},{'yes' if n % 3 == 0 else 'no'}\n" for n in range(60)
)


def _hit(stage: Any, kind: TouchKind, link: int = 0, **headers: str) -> None:
    token = stage.tokens.sign(stage.ledger.execution_no, 1, kind, link)
    address = f"{stage.service.url}/t/{kind.name[0].lower()}/{token}"
    httpx.get(address, headers={**_BROWSER, **headers}, timeout=PATIENCE)


def _totals(stage: Any, name: str) -> dict[str, Any]:
    return dict(stage.tenant.client.get(f"{_CAMPAIGNS}/{stage.ids[name]}/metrics").json()["totals"])


@given(parsers.parse('"{name}" was sent to {people:d} people with {links:d} links'))
def _(stage: Any, name: str, people: int, links: int) -> None:
    stage.send(name, people)
    with psycopg.connect(stage.service.database_url) as connection:
        connection.execute("set local role campaigns_system")
        for link in range(links):
            row = (stage.tenant.tenant_id, stage.ledger.execution_no, link, f"https://shop.example/{link}")
            connection.execute("insert into tracked_links values (%s, %s, %s, %s)", row)


@when(parsers.parse("something follows all {links:d} links of one mail at once"))
@when(parsers.parse("a person follows {links:d} links of one mail"))
def _(stage: Any, links: int) -> None:
    for link in range(links):
        _hit(stage, TouchKind.CLICK, link)


@when("something follows the hidden link and opens the mail")
def _(stage: Any) -> None:
    _hit(stage, TouchKind.CLICK, TRAP_LINK)
    _hit(stage, TouchKind.OPEN)


@when("a mail client fetches the picture ahead")
def _(stage: Any) -> None:
    _hit(stage, TouchKind.OPEN, purpose="prefetch")


@then(parsers.parse('"{name}" counts {clicks:d} clicks by machines'))
def _(stage: Any, name: str, clicks: int) -> None:
    eventually(lambda: _totals(stage, name)["machine_clicks"], clicks)


@given("a mail scanner with a browser's name has opened one of them")
def _(stage: Any) -> None:
    stage.ledger.say((1, FactKind.OPENED, "scan", {"user_agent": "Mozilla/5.0 Barracuda Sentinel"}))


@when(parsers.parse("the past is judged again by rules {rules:d}"))
def _(stage: Any, rules: int) -> None:
    (name,) = stage.ids
    eventually(lambda: _totals(stage, name)["machine_opens"], 1)
    campaigns_command(stage.service, "analytics", "rescore", "--rules", str(rules))


@then(parsers.parse('rules {rules:d} see {people:d} person and {machines:d} machines in "{name}"'))
def _(stage: Any, rules: int, people: int, machines: int, name: str) -> None:
    eventually(lambda: _seen(stage, name, lambda version: version["rules"] == rules), (people, machines))


@then(parsers.parse('the rules that stand see {people:d} people and {machines:d} machine in "{name}"'))
def _(stage: Any, people: int, machines: int, name: str) -> None:
    eventually(lambda: _seen(stage, name, lambda version: bool(version["standing"])), (people, machines))


def _seen(stage: Any, name: str, which: Callable[[dict[str, Any]], bool]) -> tuple[int, int]:
    versions = stage.tenant.client.get(f"{_CAMPAIGNS}/{stage.ids[name]}/metrics/rules").json()["versions"]
    opened = next(version for version in versions if which(version))["variants"][0]["opened"]
    return opened["people"], opened["machines"]


@given(parsers.parse('"{name}" counts orders within {days:d} days and was sent twice, {apart:d} days apart'))
def _(stage: Any, name: str, days: int, apart: int) -> None:
    counts = {"event_type": "order.completed", "window_days": days, "model": "last_touch"}
    made = stage.tenant.client.post(_CAMPAIGNS, json={"name": name, "conversion": counts})
    stage.ids[name] = made.json()["id"]
    first = uuid4().int % 1_000_000 + _FIRST_RUN
    stage.runs = []
    for number, day in ((first, 0), (first + 1_000_000, apart)):
        run = WrittenLedger(stage.service.database_url, 3, number, stage.tenant.tenant_id, stage.ids[name])
        run.say((1, FactKind.DELIVERED, f"d{number}"), at=NOON + timedelta(days=day))
        stage.runs.append(_execution_id(run))
    until(lambda: has_rule(run))
    stage.last_touch = NOON + timedelta(days=apart)


def _execution_id(run: WrittenLedger) -> str:
    with psycopg.connect(run.url) as connection:
        connection.execute("set local role campaigns_system")
        found = connection.execute("select execution_id from executions where execution_no = %s", (run.execution_no,))
        (execution_id,) = found.fetchone() or (None,)
    return str(execution_id)


@when(parsers.parse("somebody who got both orders for {amount} {currency} a day later"))
def _(stage: Any, amount: str, currency: str) -> None:
    _order(stage, amount, currency, days=1)


@when(parsers.parse("somebody who got both orders for {amount} {currency} {days:d} days later"))
def _(stage: Any, amount: str, currency: str, days: int) -> None:
    _order(stage, amount, currency, days=days)


def _order(stage: Any, amount: str, currency: str, *, days: int) -> None:
    at = stage.last_touch + timedelta(days=days)
    stage.order = {
        "event_id": "order-1",
        "event_type": "order.completed",
        "user_id": "u1",
        "at": at.isoformat(),
        "value": amount,
        "currency": currency,
    }
    stage.tenant.client.post("/api/v1/conversions", json=stage.order).raise_for_status()


@when("the shop tells of that order again")
def _(stage: Any) -> None:
    assert stage.tenant.client.post("/api/v1/conversions", json=stage.order).json()["new"] == 0


@then(parsers.parse('by {model} the mails of "{name}" earned {amounts} EUR'))
def _(stage: Any, model: str, name: str, amounts: str) -> None:
    earned = {part["execution_id"]: part["revenue"]["EUR"] for part in _attribution(stage, name, model)["parts"]}
    assert [earned.get(run, "0") for run in stage.runs] == amounts.split(" and ")


@then(parsers.parse('by {model} "{name}" is credited with no order'))
def _(stage: Any, model: str, name: str) -> None:
    found = _attribution(stage, name, model)
    assert (found["conversions"], found["credited"], found["parts"]) == (1, 0, [])


def _attribution(stage: Any, name: str, model: str) -> dict[str, Any]:
    answer = stage.tenant.client.get(f"{_CAMPAIGNS}/{stage.ids[name]}/attribution", params={"model": model})
    answer.raise_for_status()
    return dict(answer.json())


@given("60 people, half of them German, every third a regular")
def _(stage: Any) -> None:
    upload(stage.tenant.client, _PEOPLE)
    stage.segments = {}
    for name, field, value in (("Germans", "country", "DE"), ("Regulars", "regular", "yes")):
        made = stage.tenant.client.post("/api/v1/segments", json={"name": name, "criteria": equals(field, value)})
        stage.segments[name] = made.json()["id"]


@when(parsers.parse('"{name}" goes to the segments {one} and {other}'))
def _(stage: Any, name: str, one: str, other: str) -> None:
    include = [{"segment_id": stage.segments[segment]} for segment in (one, other)]
    path = launch(stage.tenant.client, audience={"include": include})
    stage.ids[name] = path.rpartition("/")[2]
    completed(stage.tenant.client, path)


@then(parsers.parse('the segment {segment} of "{name}" shows {people:d} people'))
def _(stage: Any, segment: str, name: str, people: int) -> None:
    def shown() -> int | None:
        path = f"{_CAMPAIGNS}/{stage.ids[name]}/metrics?breakdown_by=segment"
        parts = stage.tenant.client.get(path).json()["breakdown"]
        return next((part["metrics"]["sent"] for part in parts if part["segment"] == segment), None)

    eventually(shown, people)


@then(parsers.parse('"{name}" was sent to {people:d} people in all'))
def _(stage: Any, name: str, people: int) -> None:
    eventually(lambda: _totals(stage, name)["sent"], people)


@when(parsers.parse("the shop reports earnings of {revenue} and costs of {cost} in {currency}"))
def _(stage: Any, revenue: str, cost: str, currency: str) -> None:
    _report(stage, currency, revenue=revenue, cost=cost)


@when(parsers.parse("the shop reports earnings of {revenue} and nothing spent in {currency}"))
def _(stage: Any, revenue: str, currency: str) -> None:
    _report(stage, currency, revenue=revenue)


def _report(stage: Any, currency: str, **amounts: str) -> None:
    money = {name: {"amount": amount, "currency": currency} for name, amount in amounts.items()}
    (campaign_id,) = stage.ids.values()
    answer = stage.tenant.client.post(f"{_CAMPAIGNS}/{campaign_id}/metrics", json={"report_id": currency, **money})
    answer.raise_for_status()


@then(parsers.parse('the return of "{name}" is {percent:g} percent'))
def _(stage: Any, name: str, percent: float) -> None:
    assert _totals(stage, name)["roi"] == percent


@then(parsers.parse('the return of "{name}" is unknown'))
def _(stage: Any, name: str) -> None:
    assert _totals(stage, name)["roi"] is None


@then(parsers.parse('the return of "{name}" in {currency} is {percent:g} percent'))
def _(stage: Any, name: str, currency: str, percent: float) -> None:
    answer = stage.tenant.client.get(f"{_CAMPAIGNS}/{stage.ids[name]}/metrics").json()
    assert answer["money"][currency]["roi"] == percent

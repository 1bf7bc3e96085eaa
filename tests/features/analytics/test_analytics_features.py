"""The product owner's sentences about figures, carried out on the running service."""

from typing import Any

import httpx
import psycopg
import pytest
from pytest_bdd import given, parsers, scenarios, then, when
from tests.support.ledgers import EXECUTION_NUMBERS, WrittenLedger
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import PATIENCE, eventually

from campaigns.domain.analytics.tokens import TouchKind, TrackingTokens
from campaigns.infrastructure.analytics.tracking_keys import parse_tracking_keys

scenarios("analytics")

CAMPAIGNS = "/api/v1/campaigns"


class Stage:
    """One campaign, its run, and its recipients."""

    def __init__(self, service: RunningService, tenant: Tenant) -> None:
        self.service, self.tenant = service, tenant
        self.ids: dict[str, str] = {}
        self.ledger: WrittenLedger
        self.tokens = TrackingTokens(parse_tracking_keys((service.home / "tracking.keys").read_text()))
        self.answer: httpx.Response

    def create(self, name: str) -> str:
        made = self.tenant.client.post(CAMPAIGNS, json={"name": name})
        assert made.status_code == 201, made.text
        self.ids[name] = made.json()["id"]
        return self.ids[name]

    def send(self, name: str, people: int) -> None:
        self.ledger = WrittenLedger(
            self.service.database_url,
            people=people,
            execution_no=next(EXECUTION_NUMBERS),
            tenant=self.tenant.tenant_id,
            campaign_id=self.create(name),
        )
        self.ledger.say(ranges=[(1, people)])

    def link(self, kind: TouchKind, seq: int = 1) -> str:
        return f"{self.service.url}/t/{kind.name[0].lower()}/{self.tokens.sign(self.ledger.execution_no, seq, kind)}"

    def figure(self, name: str, figure: str) -> Any:
        answer = self.tenant.client.get(f"{CAMPAIGNS}/{self.ids[name]}/metrics")
        assert answer.status_code == 200, answer.text
        return answer.json()["totals"][figure]

    def report(self, *events: dict[str, Any]) -> None:
        named = [{**event, "message_id": f"{self.ledger.execution_no}-{event['message_id']}"} for event in events]
        answer = self.tenant.client.post("/api/v1/feedback/acme", json={"events": named})
        assert answer.json()["accepted"] == len(events), answer.text

    def listed(self) -> list[str]:
        with psycopg.connect(self.service.database_url) as connection:
            connection.execute("set local role campaigns_system")
            found = connection.execute("select user_id from suppressions where tenant_id = %s", [self.tenant.tenant_id])
            return [user_id for (user_id,) in found.fetchall()]


@pytest.fixture
def stage(service: RunningService, tenant: Tenant) -> Stage:
    return Stage(service, tenant)


@given(parsers.parse('the campaign "{name}"'))
def _(stage: Stage, name: str) -> None:
    stage.create(name)


@given(parsers.re(r'"(?P<name>[^"]+)" was sent to (?P<people>\d+) people$'), converters={"people": int})
def _(stage: Stage, name: str, people: int) -> None:
    stage.send(name, people)


@given(parsers.parse('"{name}" was sent to {people:d} people with a link to "{url}"'))
def _(stage: Stage, name: str, people: int, url: str) -> None:
    stage.send(name, people)
    with psycopg.connect(stage.service.database_url) as connection:
        connection.execute("set local role campaigns_system")
        row = (stage.tenant.tenant_id, stage.ledger.execution_no, url)
        connection.execute("insert into tracked_links values (%s, %s, 0, %s)", row)


@given(parsers.parse("{count:d} of them got it"))
def _(stage: Stage, count: int) -> None:
    stage.report(*({"message_id": seq, "type": "delivered"} for seq in range(1, count + 1)))


@when(parsers.parse("{opens:d} of them open it and {clicks:d} of them clicks"))
def _(stage: Stage, opens: int, clicks: int) -> None:
    stage.report(*({"message_id": seq, "type": "opened"} for seq in range(1, opens + 1)))
    stage.report(*({"message_id": seq, "type": "clicked"} for seq in range(1, clicks + 1)))


@when(parsers.parse("one person opens it {times:d} times"))
def _(stage: Stage, times: int) -> None:
    stage.report(*({"message_id": 1, "type": "opened", "event_id": f"open {n}"} for n in range(times)))


@when(parsers.parse("the provider reports the same delivery {times:d} times"))
def _(stage: Stage, times: int) -> None:
    for _ in range(times):
        stage.report({"message_id": 1, "type": "delivered", "event_id": "the one"})


@when("a scanner opens one of them")
def _(stage: Stage) -> None:
    assert (
        httpx.get(stage.link(TouchKind.OPEN), headers={"user-agent": "ScanBot/2.0"}, timeout=PATIENCE).status_code
        == 200
    )


@when(
    parsers.parse(
        "the web shop reports {impressions:d} impressions, {clicks:d} clicks and costs of {amount} {currency}, "
        "twice under the same number"
    )
)
def _(stage: Stage, impressions: int, clicks: int, amount: str, currency: str) -> None:
    cost = {"amount": amount, "currency": currency}
    report = {"report_id": "7", "impressions": impressions, "clicks": clicks, "cost": cost}
    (campaign_id,) = stage.ids.values()
    for _ in range(2):
        stage.tenant.client.post(f"{CAMPAIGNS}/{campaign_id}/metrics", json=report).raise_for_status()


@when("the first person unsubscribes with one click")
def _(stage: Stage) -> None:
    answer = httpx.post(stage.link(TouchKind.UNSUBSCRIBE), data={"List-Unsubscribe": "One-Click"}, timeout=PATIENCE)
    assert answer.status_code == 200


@when("a scanner looks at the first person's unsubscribe page")
def _(stage: Stage) -> None:
    assert httpx.get(stage.link(TouchKind.UNSUBSCRIBE), timeout=PATIENCE).status_code == 200


@when("the first person follows the link")
def _(stage: Stage) -> None:
    stage.answer = httpx.get(stage.link(TouchKind.CLICK), headers={"user-agent": "Thunderbird"}, timeout=PATIENCE)


@when("somebody follows the link with one letter changed")
def _(stage: Stage) -> None:
    link = stage.link(TouchKind.CLICK)
    stage.answer = httpx.get(link[:-1] + ("A" if link[-1] != "A" else "B"), timeout=PATIENCE)


@then(parsers.parse('the open rate of "{name}" is unknown'))
def _(stage: Stage, name: str) -> None:
    assert stage.figure(name, "open_rate") is None


@then(parsers.parse('the {which} rate of "{name}" is {percent:g} percent'))
def _(stage: Stage, which: str, name: str, percent: float) -> None:
    eventually(lambda: stage.figure(name, f"{which}_rate"), percent)


@then(parsers.parse('"{name}" counts {people:d} person who opened and {opens:d} opens'))
def _(stage: Stage, name: str, people: int, opens: int) -> None:
    eventually(lambda: (stage.figure(name, "opened"), stage.figure(name, "opened_total")), (people, opens))


@then(parsers.re(r'"(?P<name>[^"]+)" counts (?P<count>\d+) (person|people) who (?P<did>opened|clicked|unsubscribed)$'))
def _(stage: Stage, name: str, count: str, did: str) -> None:
    eventually(lambda: stage.figure(name, did), int(count))


@then(parsers.parse('"{name}" counts {count:d} delivered message'))
def _(stage: Stage, name: str, count: int) -> None:
    eventually(lambda: stage.figure(name, "delivered"), count)


@then(parsers.parse('"{name}" counts {count:d} open by a machine'))
def _(stage: Stage, name: str, count: int) -> None:
    eventually(lambda: stage.figure(name, "machine_opens"), count)


@then(parsers.parse('a click on "{name}" cost {amount:g} EUR'))
def _(stage: Stage, name: str, amount: float) -> None:
    eventually(lambda: stage.figure(name, "cpc"), amount)


@then("the first person is on the list of people not to be written to")
def _(stage: Stage) -> None:
    assert stage.listed() == ["u1"]


@then("nobody is on the list of people not to be written to")
def _(stage: Stage) -> None:
    assert stage.listed() == []


@then(parsers.parse('they arrive at "{url}"'))
def _(stage: Stage, url: str) -> None:
    assert (stage.answer.status_code, stage.answer.headers["location"]) == (302, url)


@then("they arrive nowhere")
def _(stage: Stage) -> None:
    assert stage.answer.status_code == 404

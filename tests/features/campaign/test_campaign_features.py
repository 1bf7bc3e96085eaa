"""The product owner's sentences, carried out on the running service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pytest_bdd import given, parsers, scenarios, then, when
from tests.interfaces.campaign.bodies import AUDIENCE, MAIL, NOTE, not_today
from tests.support.running_service import Tenant
from tests.support.waiting import PATIENCE, eventually

scenarios("campaign")

CAMPAIGNS = "/api/v1/campaigns"
RULE = "0198c0de-0000-7000-8000-000000000001"
BODIES: dict[str, dict[str, Any]] = {
    "that is always on": {},
    "to be sent once": {
        "mode": "one_time",
        "channels": [NOTE],
        "audience": AUDIENCE,
        "schedule": {"windows": [not_today()]},
    },
    "to be sent once to people without an address": {"mode": "one_time", "channels": [MAIL], "audience": AUDIENCE},
    "to be sent every day": {
        "mode": "recurring",
        "channels": [NOTE],
        "audience": AUDIENCE,
        "schedule": {"frequency": "daily"},
    },
    "to be sent every minute": {
        "mode": "recurring",
        "channels": [NOTE],
        "audience": AUDIENCE,
        "schedule": {"cron": "* * * * *"},
    },
    "to be sent after an event": {
        "mode": "triggered",
        "channels": [NOTE],
        "audience": AUDIENCE,
        "triggers": [{"event_type": "cart.left"}],
    },
}
BROKEN = {"channel_type": "in_app", "content": {"title": "Hello", "body": "{{ name | no_such_filter }}"}}
LACKS: dict[str, dict[str, Any]] = {
    "has no channel": {"channels": []},
    "has a text that does not compile": {"channels": [BROKEN]},
    "is for nobody": {"audience": {"include": []}},
    "has variants that make 90 percent": {"variants": [{"name": "A", "allocation_percentage": 90}]},
    "follows a rule that is not there": {"audience": AUDIENCE | {"targeting_rules": [RULE]}},
    "ended yesterday": {"end_date": (datetime.now(UTC) - timedelta(days=1)).isoformat()},
}
WAYS: dict[str, tuple[str, ...]] = {
    "a draft": (),
    "scheduled": ("schedule",),
    "active": ("activate",),
    "running": ("activate",),
    "completed": ("complete",),
}


TODAY = datetime.now(UTC)  # the same at the end of a scenario as at its beginning


def whole_days(days: int) -> datetime:
    return (TODAY + timedelta(days=days)).replace(hour=12, minute=0, second=0, microsecond=0)


DAYS = {"tomorrow": 1, "the day after tomorrow": 2}


class Office:
    """People at work on one tenant's campaigns; the last answer is what they talk about."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.clients = {"Ada": tenant.client}
        self.ids: dict[str, str] = {}
        self.bodies: dict[str, dict[str, Any]] = {}
        self.running: list[str] = []
        self.seen = ""
        self.answer: httpx.Response

    def client(self, name: str) -> httpx.Client:
        if name not in self.clients:
            key = self.tenant.client.post(
                "/api/v1/api-keys",
                json={"name": name, "scopes": [f"campaigns:{may}" for may in ("read", "write", "launch", "approve")]},
            ).json()["key"]
            headers = {"Authorization": f"Bearer {key}"}
            url = self.tenant.client.base_url
            self.clients[name] = httpx.Client(base_url=url, headers=headers, timeout=PATIENCE, trust_env=False)
        return self.clients[name]

    def principal(self, name: str) -> str:
        """As the history names the holder of this person's key."""
        return "key:" + self.client(name).headers["authorization"].split("_")[1]

    def create(self, name: str, body: dict[str, Any]) -> None:
        self.answer = self.tenant.client.post(CAMPAIGNS, json={"name": name} | body)
        if self.answer.status_code == 201:
            self.ids[name] = self.answer.json()["id"]

    def command(self, who: str, name: str, command: str, body: dict[str, Any] | None = None) -> None:
        self.answer = self.client(who).post(f"{CAMPAIGNS}/{self.ids[name]}/{command}", json=body)

    def patch(self, who: str, name: str, body: dict[str, Any], **headers: str) -> None:
        self.answer = self.client(who).patch(f"{CAMPAIGNS}/{self.ids[name]}", json=body, headers=headers)

    def campaign(self, name: str) -> dict[str, Any]:
        response = self.tenant.client.get(f"{CAMPAIGNS}/{self.ids[name]}")
        assert response.status_code == 200, response.text
        campaign: dict[str, Any] = response.json()
        return campaign

    def went_well(self) -> None:
        assert self.answer.is_success, self.answer.text

    def close(self) -> None:
        for name, client in self.clients.items():
            if name != "Ada":
                client.close()


@pytest.fixture
def office(tenant: Tenant) -> Iterator[Office]:
    made = Office(tenant)
    yield made
    made.close()


@given(parsers.re(r'the draft "(?P<name>[^"]+)" (?P<kind>that is always on|to be sent (?!tomorrow).+)'))
def a_draft(office: Office, name: str, kind: str) -> None:
    office.create(name, BODIES[kind])
    office.went_well()


@given(parsers.parse('the draft "{name}" to be sent tomorrow'))
def a_draft_for_tomorrow(office: Office, name: str) -> None:
    body = BODIES["to be sent once"]
    office.create(name, body | {"schedule": {"at": whole_days(1).isoformat()}})
    office.went_well()


@given("five running campaigns")
def five_running(office: Office) -> None:
    for n in range(5):
        office.create(f"Running {n}", BODIES["to be sent once"])
        office.command("Ada", f"Running {n}", "activate")
        office.went_well()
        office.running.append(f"Running {n}")


@given(parsers.re(r'"(?P<name>[^"]+)" is (?P<status>a draft|scheduled|active|running|completed)'))
def brought_there(office: Office, name: str, status: str) -> None:
    for command in WAYS[status]:
        office.command("Ada", name, command, {"at": whole_days(1).isoformat()} if command == "schedule" else None)
        office.went_well()


@given(parsers.parse('"{name}" is paused'))
def brought_to_a_pause(office: Office, name: str) -> None:
    if office.campaign(name)["status"] == "draft":
        office.command("Ada", name, "activate")
        office.went_well()
    office.command("Ada", name, "pause")
    office.went_well()


@given(parsers.re(rf'"(?P<name>[^"]+)" (?P<lack>{"|".join(LACKS)})'))
def something_is_missing(office: Office, name: str, lack: str) -> None:
    office.patch("Ada", name, LACKS[lack])
    office.went_well()


@given(parsers.parse('nobody is left in the audience of "{name}"'))
def nobody_left(office: Office, name: str) -> None:
    office.patch("Ada", name, {"audience": {"excluded_users": ["u1", "u2"]}})
    office.went_well()


@given(parsers.parse('Ada and Ben both look at "{name}"'))
def both_look(office: Office, name: str) -> None:
    office.seen = office.client("Ben").get(f"{CAMPAIGNS}/{office.ids[name]}").headers["etag"]


@given(parsers.parse('Ada submitted "{name}"'))
def submitted(office: Office, name: str) -> None:
    office.command("Ada", name, "submit")
    office.went_well()


@given(parsers.parse('{who} approved "{name}"'))
def approved(office: Office, who: str, name: str) -> None:
    office.command(who, name, "approve")
    office.went_well()


@when(parsers.re(r'Ada creates the campaign "(?P<name>[^"]*)"'))
def creates(office: Office, name: str) -> None:
    office.create(name, {})


@when(parsers.re(r'(?P<who>Ada|Ben) (?P<verb>activate|start|resume|unschedule|complete|approve)s "(?P<name>[^"]+)"'))
def commands(office: Office, who: str, verb: str, name: str) -> None:
    office.command(who, name, verb)


@when(parsers.re(r'(?P<who>Ada|Ben) (?P<verb>pause|cancel|reject)s "(?P<name>[^"]+)" because "(?P<reason>[^"]*)"'))
def commands_with_a_reason(office: Office, who: str, verb: str, name: str, reason: str) -> None:
    office.command(who, name, verb, {"reason": reason})


@when(parsers.re(rf'Ada schedules "(?P<name>[^"]+)" for (?P<day>{"|".join(DAYS)})'))
def schedules(office: Office, name: str, day: str) -> None:
    office.command("Ada", name, "schedule", {"at": whole_days(DAYS[day]).isoformat()})


@when(parsers.parse('Ada schedules "{name}" for {minutes:d} minutes from now'))
def schedules_soon(office: Office, name: str, minutes: int) -> None:
    office.command("Ada", name, "schedule", {"at": (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()})


@when(parsers.parse('Ada tags "{name}" with "{tag}"'))
def tags(office: Office, name: str, tag: str) -> None:
    office.patch("Ada", name, {"tags": [tag]})


@when(parsers.parse('Ben tags what he looked at with "{tag}"'))
def tags_what_he_saw(office: Office, tag: str) -> None:
    office.patch("Ben", "Spring", {"tags": [tag]}, **{"If-Match": office.seen})


@when(parsers.parse('Ada renames "{name}" to "{other}"'))
def renames(office: Office, name: str, other: str) -> None:
    office.patch("Ada", name, {"name": other})


@when(parsers.parse('Ada clones "{name}" as "{other}"'))
def clones(office: Office, name: str, other: str) -> None:
    office.command("Ada", name, "clone", {"name": other})
    if office.answer.status_code == 201:
        office.ids[other] = office.answer.json()["id"]


@when(parsers.parse('Ada deletes "{name}"'))
def deletes(office: Office, name: str) -> None:
    office.answer = office.tenant.client.delete(f"{CAMPAIGNS}/{office.ids[name]}")


@when("one of the five is paused")
def one_is_paused(office: Office) -> None:
    office.command("Ada", office.running.pop(), "pause")
    office.went_well()


@when(parsers.parse('Ada looks for campaigns whose {what} is "{value}"'), target_fixture="wanted")
def looks_for(what: str, value: str) -> dict[str, str]:
    return {what: value}


@then(parsers.re(r'"(?P<name>[^"]+)" is (a )?(?P<status>draft|scheduled|active|running|paused|completed|cancelled)'))
def is_in_status(office: Office, name: str, status: str) -> None:
    assert office.campaign(name)["status"] == status, office.answer.text


@then(parsers.parse('"{name}" is an always-on promotion'))
def is_a_promotion(office: Office, name: str) -> None:
    assert (office.campaign(name)["mode"], office.campaign(name)["type"]) == ("always_on", "promotion")


@then(parsers.parse('"{name}" is completed after a while'))
def is_completed_after_a_while(office: Office, name: str) -> None:
    eventually(lambda: office.campaign(name)["status"], "completed")


@then(parsers.parse('"{name}" accounts for {people:d} people'))
def accounts_for(office: Office, name: str, people: int) -> None:
    totals = office.campaign(name)["totals"]
    assert totals["audience"] == people
    parts = ("sent", "failed", "skipped", "uncertain", "cancelled")
    assert sum(totals[part] for part in parts) == people


@then(parsers.parse('"{name}" is tagged "{tag}"'))
def is_tagged(office: Office, name: str, tag: str) -> None:
    assert office.campaign(name)["tags"] == [tag]


@then(parsers.parse('"{name}" says "{reason}"'))
def says(office: Office, name: str, reason: str) -> None:
    assert office.campaign(name)["status_reason"] == reason


@then(parsers.parse('"{name}" has a run'))
def has_a_run(office: Office, name: str) -> None:
    assert office.campaign(name)["execution_id"]


@then(parsers.parse('"{name}" starts the day after tomorrow'))
def starts(office: Office, name: str) -> None:
    assert datetime.fromisoformat(office.campaign(name)["schedule"]["at"]) == whole_days(2)


@then(parsers.parse('"{name}" says the same as "{other}"'))
def says_the_same(office: Office, name: str, other: str) -> None:
    one, two = office.campaign(name), office.campaign(other)
    for field in ("mode", "type", "channels", "audience", "schedule", "holdout_percentage", "tags"):
        assert one[field] == two[field], field
    assert one["cloned_from"] == two["id"]


@then(parsers.parse('"{name}" is gone'))
def is_gone(office: Office, name: str) -> None:
    assert office.tenant.client.get(f"{CAMPAIGNS}/{office.ids[name]}").status_code == 404


@then(parsers.parse('the history of "{name}" is still told'))
def history_is_told(office: Office, name: str) -> None:
    history = office.tenant.client.get(f"{CAMPAIGNS}/{office.ids[name]}/history").json()["history"]
    assert [entry["event"] for entry in history] == ["campaign.created", "campaign.deleted"]


@then(parsers.parse('"{name}" counts as {approval}'))
def counts_as(office: Office, name: str, approval: str) -> None:
    assert office.campaign(name)["approval"] == {"not approved": "none"}.get(approval, approval)


@then(parsers.re(r'she is refused because "(?P<name>[^"]+)" is (a )?(?P<status>\w+)'))
def is_refused(office: Office, name: str, status: str) -> None:
    assert office.answer.status_code == 409, office.answer.text
    assert office.answer.json()["code"] == "campaign.status_transition"
    assert office.campaign(name)["status"] == status


@then(parsers.parse('she is told that "{part}" is wrong'))
def is_told(office: Office, part: str) -> None:
    assert office.answer.status_code in {400, 422}, office.answer.text
    pointers = [error["pointer"].split("/")[1] for error in office.answer.json()["errors"]]
    assert part in pointers


@then("she is told that the name is taken")
def is_told_of_the_name(office: Office) -> None:
    assert (office.answer.status_code, office.answer.json()["code"]) == (409, "campaign.name_taken")


@then("she is told that too many are running")
def is_told_of_the_limit(office: Office) -> None:
    assert (office.answer.status_code, office.answer.json()["code"]) == (422, "campaign.resource_limit")


@then("she is told that somebody else has to approve")
def is_told_to_ask(office: Office) -> None:
    assert (office.answer.status_code, office.answer.json()["code"]) == (409, "campaign.approval_required")


@then("he is told that somebody else was faster")
def is_told_of_the_race(office: Office) -> None:
    assert (office.answer.status_code, office.answer.json()["code"]) == (412, "campaign.version_conflict")


@then(parsers.re(r'she finds "(?P<found>[^"]+)"|she finds (?P<nothing>nothing)'))
def finds(office: Office, wanted: dict[str, str], found: str | None, nothing: str | None) -> None:
    expected = [] if nothing else [found]

    def names() -> list[str]:
        page = office.tenant.client.get(CAMPAIGNS, params=wanted).json()
        return [line["name"] for line in page["campaigns"]]

    eventually(names, expected)

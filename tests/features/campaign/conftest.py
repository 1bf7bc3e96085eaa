"""Sentences about what was, about runs to come and about people's own clocks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pytest_bdd import given, parsers, then, when
from tests.interfaces.campaign.bodies import AUDIENCE, NOTE
from tests.support.waiting import until

if TYPE_CHECKING:
    from tests.features.campaign.test_campaign_features import Office

CAMPAIGNS = "/api/v1/campaigns"
WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]
ALL = {"include": [{"criteria": {"field": "user_id", "operator": "exists"}}]}


def draft(office: Office, name: str, **fields: Any) -> None:
    office.create(name, {"mode": "recurring", "channels": [NOTE], "audience": AUDIENCE} | fields)
    office.went_well()


@given(
    parsers.re(
        r'the recurring draft "(?P<name>\w+)" for (?P<clock>[\d:]+) every day in (?P<zone>\S+), from (?P<day>\S+)'
    )
)
def recurring_draft(office: Office, name: str, clock: str, zone: str, day: str) -> None:
    hour, minute = clock.split(":")
    since = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    schedule = {"cron": f"{int(minute)} {int(hour)} * * *", "timezone": zone}
    draft(office, name, schedule=schedule, start_date=since.isoformat())


@given(parsers.parse('the recurring draft "{name}" for every now and then'))
def odd_draft(office: Office, name: str) -> None:
    draft(office, name, schedule={"cron": "every now and then"})


@given(parsers.parse('"{name}" is sent on workdays from {start} to {end}'))
def sent_on_workdays(office: Office, name: str, start: str, end: str) -> None:
    office.patch("Ada", name, {"schedule": {"windows": [{"days": WORKDAYS, "start": start, "end": end}]}})
    office.went_well()


@given(parsers.parse('"{name}" ends on {day}'))
def ends_on(office: Office, name: str, day: str) -> None:
    office.patch("Ada", name, {"end_date": f"{day}T00:00:00Z"})
    office.went_well()


@given(parsers.parse('for missed starts "{name}" says {policy}'))
def misfire_policy(office: Office, name: str, policy: str) -> None:
    office.patch("Ada", name, {"schedule": {"misfire": policy}})
    office.went_well()


@when(parsers.parse('Ada asks for the next {count:d} runs of "{name}"'))
def asks_for_runs(office: Office, count: int, name: str) -> None:
    path = f"{CAMPAIGNS}/{office.ids[name]}/schedule/preview"
    office.answer = office.tenant.client.get(path, params={"count": count})


def runs_of(office: Office) -> dict[str, dict[str, Any]]:
    office.went_well()
    return {run["local"][:16].replace("T", " "): run for run in office.answer.json()["runs"]}


@then(parsers.parse("she is told of runs at {runs}"))
def told_of_runs(office: Office, runs: str) -> None:
    assert list(runs_of(office)) == runs.split(", ")


@then(parsers.re(r'of the run at (?P<run>[\d: -]+) that "(?P<words>[^"]+)"'))
def told_of_a_run(office: Office, run: str, words: str) -> None:
    assert words in runs_of(office)[run]["remarks"]


@then(parsers.re(r'she is told that "(?P<words>[^"]+)"'))
def told_of_all_runs(office: Office, words: str) -> None:
    office.went_well()
    assert words.strip() in office.answer.json()["remarks"]


@given("people with their time zones")
def people_with_zones(office: Office, datatable: list[list[str]]) -> None:
    lines = "\n".join(",".join(row) for row in [["user_id", "timezone"], *datatable[1:]])
    files, client = {"file": ("people.csv", lines.encode())}, office.tenant.client
    told = client.post("/api/v1/audience/imports", files=files, data={"dataset": "people"})
    assert told.status_code == 202, told.text
    seen = f"/api/v1/audience/imports/{told.json()['id']}"
    assert until(lambda: client.get(seen).json(), lambda one: one["status"] != "pending" and one["finished_at"])


@given(
    parsers.parse('the draft "{name}" for everybody\'s own clock, nine hours from now in {zone}'), target_fixture="wall"
)
def draft_for_own_clocks(office: Office, name: str, zone: str) -> datetime:
    at = (datetime.now(UTC) + timedelta(hours=9)).replace(microsecond=0)
    schedule = {"at": at.isoformat(), "timezone": zone, "at_recipient_local_time": True}
    draft(office, name, mode="one_time", audience=ALL, schedule=schedule)
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@then(parsers.parse('"{name}" is running after a while'))
def is_running_after_a_while(office: Office, name: str) -> None:
    until(lambda: office.campaign(name)["status"], lambda status: status == "running")


@then(parsers.parse("{user} is written to at that hour in {zone}"))
def is_written_to_at_that_hour(office: Office, wall: datetime, user: str, zone: str) -> None:
    path = f"{CAMPAIGNS}/{office.ids['Spring']}/recipients"

    def people() -> dict[str, Any]:
        answer = office.tenant.client.get(path)
        return {one["user_id"]: one for one in answer.json()["recipients"]} if answer.is_success else {}

    released = datetime.fromisoformat(until(people, bool)[user]["release_at"])
    assert released.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


@when(parsers.parse('Ada has "{name}" tried out'))
def tries_out(office: Office, name: str) -> None:
    path, client = f"{CAMPAIGNS}/{office.ids[name]}", office.tenant.client
    made = client.post(f"{path}/dry-run").json()
    seen = f"{path}/dry-runs/{made['id']}"
    until(lambda: client.get(seen).json(), lambda one: one["status"] in ("completed", "failed"))
    office.answer = client.get(seen)


@then(parsers.re(r"it would be sent to (?P<first>\d+) person, then to (?P<second>\d+), then to (?P<third>\d+)"))
def would_be_sent(office: Office, first: str, second: str, third: str) -> None:
    hours = office.answer.json()["forecast"]["counted"]["hours"]
    assert [hour["messages"] for hour in hours] == [int(first), int(second), int(third)]


@when(parsers.parse('Ada wants the triggered campaign "{name}" to follow people\'s own clocks'))
def wants_triggered_clocks(office: Office, name: str) -> None:
    schedule = {"at_recipient_local_time": True}
    triggers = [{"event_type": "cart.left"}]
    office.create(name, {"mode": "triggered", "channels": [NOTE], "triggers": triggers, "schedule": schedule})


def history_of(office: Office, name: str) -> list[dict[str, Any]]:
    answer = office.tenant.client.get(f"{CAMPAIGNS}/{office.ids[name]}/history")
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["history"]
    return told


@then(parsers.parse('it is known of "{name}" that {deeds}'))
def is_known(office: Office, name: str, deeds: str) -> None:
    names = {office.principal(who): who for who in ("Ada", "Ben")}
    told = [(names[entry["by"]], entry["event"].removeprefix("campaign.")) for entry in history_of(office, name)]
    assert told == re.findall(r"(\w+) (\w+) it", deeds)


@then(parsers.parse('that it was paused because "{reason}"'))
def was_paused_because(office: Office, reason: str) -> None:
    paused = [entry for entry in history_of(office, "Spring") if entry["event"] == "campaign.paused"]
    assert [entry["details"]["reason"] for entry in paused] == [reason]


@then(parsers.parse('before the last change "{name}" was tagged "{tag}"'))
def was_tagged(office: Office, name: str, tag: str) -> None:
    before = {"as_of": office.campaign(name)["version"] - 1}
    then_said = office.tenant.client.get(f"{CAMPAIGNS}/{office.ids[name]}", params=before).json()
    assert then_said["tags"] == [tag]

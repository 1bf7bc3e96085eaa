"""Steps of features/delivery/forgetting_a_person.feature: one person's traces, looked for everywhere."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import nats
import psycopg
import pyarrow.parquet as pq
import pytest
from pytest_bdd import given, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Story
from tests.support.running_service import RunningService
from tests.support.stream_contents import everything_in
from tests.support.table_contents import tables
from tests.support.waiting import PATIENCE, eventually, until

scenarios("delivery/forgetting_a_person.feature")

PUSH = {"channel_type": "push", "priority": 0, "content": {"title": "Hello {{ first_name }}", "body": "Spring"}}
_PROMISED = timedelta(minutes=1)


class Seeded:
    """The person, and what was known of the campaigns before she was forgotten."""

    def __init__(self, mark: str) -> None:
        self.user_id = f"zz-{mark}-zaphodine"
        self.name = f"Zaphodine{mark}"
        self.email = f"zaphodine-{mark}-x@people.example"
        self.phone = f"+4917{int(mark, 16) % 10**8:08d}"
        self.token = f"tokenof{mark}"
        self.agent = f"Zaphodbrowser/{mark}"
        self.paths: list[str] = []
        self.figures: dict[str, Any] = {}
        self.segment = ""
        self.messages: dict[str, list[str]] = {}

    @property
    def traces(self) -> tuple[str, ...]:
        return (self.user_id, self.name, self.email, self.phone, self.token, self.agent)


@pytest.fixture
def her(story: Story) -> Seeded:
    return Seeded(story.mark)


def ask(story: Story, path: str, body: Mapping[str, Any], expected: int) -> Any:
    answer = story.client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == expected, answer.text
    return answer.json()


@given("one of them with a name, a telephone and a push token of her own")
def seeded(story: Story, her: Seeded) -> None:
    story.rows.append(
        {
            "user_id": her.user_id,
            "email": her.email,
            "push_token": her.token,
            "country": "DE",
            "phone": her.phone,
            "first_name": her.name,
        }
    )


@given("she stands on a list, in a segment and among the named people of a campaign")
def stands(story: Story, her: Seeded) -> None:
    content = f"user_id,note\n{her.user_id},{her.name}\n".encode()
    files = {"file": ("vips.csv", content)}
    made = story.client.post("/api/v1/audience/imports", files=files, data={"dataset": "vips"}).json()
    seen = f"/api/v1/audience/imports/{made['id']}"
    until(lambda: story.client.get(seen).json()["status"] == "completed")
    her.segment = ask(story, "/api/v1/segments", {"name": f"VIP {story.mark}", "user_ids": [her.user_id]}, 201)["id"]
    ask(story, "/api/v1/suppressions", {"user_id": her.user_id, "channel": "sms", "reason": "unsubscribed"}, 201)


@when("campaigns by e-mail and by push are sent to everybody")
def sent(story: Story, her: Seeded) -> None:
    for mark, channel in (("mail", MAIL), ("push", PUSH)):
        content = dict(channel["content"])  # type: ignore[call-overload]
        if channel is MAIL:
            content |= {"subject": "Hello {{ first_name }}", "body_html": '<a href="https://shop.example/">Shop</a>'}
        story.fields["channels"] = [{**channel, "content": content}]
        story.fields["conversion"] = {"event_type": f"order-{story.mark}", "window_days": 7, "model": "last_touch"}
        story.fields["name"] = f"{mark} {story.mark}"
        story.draft()
        criteria = {"criteria": {"field": "country", "operator": "equals", "value": "DE"}}
        include = [criteria, {"segment_id": her.segment}, {"user_ids": [her.user_id]}]
        answer = story.client.put(f"{story.path}/audience", json={"include": include})
        assert answer.status_code == 200, answer.text
        story.tell("start")
        until(lambda: story.execution()["status"] == "completed")
        her.paths.append(story.path)
        hers = [one["message_id"] for one in story.recipients() if one["user_id"] == her.user_id]
        her.messages[story.path.rpartition("/")[2]] = hers


@when("she opens, clicks and orders, and a provider complains about her address")
def engages(story: Story, her: Seeded, mailing_service: RunningService) -> None:
    story.path = her.paths[0]
    letter = next(content for to, content in story.mailbox.contents if to == her.email).decode()
    links = set(re.findall(r"/t/[oc]/[A-Za-z0-9_-]+", letter.replace("=\r\n", "")))
    assert {link[:4] for link in links} == {"/t/o", "/t/c"}, letter
    with httpx.Client(
        base_url=mailing_service.url, headers={"User-Agent": her.agent}, trust_env=False, timeout=PATIENCE
    ) as browser:
        assert {browser.get(link).status_code for link in links} == {200, 302}
    mine = next(one["message_id"] for one in story.recipients() if one["user_id"] == her.user_id)
    bounce = {"message_id": mine, "type": "bounced", "bounce_type": "soft", "reason": f"mailbox of {her.email} is full"}
    ask(story, "/api/v1/feedback/post", {"events": [bounce]}, 202)
    order = {"event_id": f"o-{uuid4()}", "event_type": f"order-{story.mark}", "user_id": her.user_id, "value": "12.50"}
    ask(story, "/api/v1/conversions", {**order, "currency": "EUR"}, 202)
    until(lambda: figures(story)["converted"] == 1 and figures(story)["opened"] == 1)


@when("a preview for her is asked for, and a dry run tells why she gets no more")
def previews(story: Story, her: Seeded) -> None:
    shown = ask(story, f"{story.path}/preview", {"sample_user_id": her.user_id}, 200)
    assert her.name in str(shown)
    story.fields["frequency_cap"] = {"messages": 1, "days": 7}
    story.fields["name"] = f"third {story.mark}"
    story.fields["channels"] = [MAIL]
    story.draft()
    answer = story.client.post(f"{story.path}/dry-run", json={"sample": None})
    place = answer.headers["Location"]
    until(lambda: story.client.get(place).json()["status"] == "completed")
    named = [row["user_id"] for row in story.rows[:5]] + [her.user_id]
    assert story.client.get(place).json()["forecast"]["counted"]["reasons"] == {"frequency_cap": 21}, named


def command_line(mailing_service: RunningService, *words: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": mailing_service.database_url,
        "NATS_URL": mailing_service.nats_url,
        "NATS_STREAM": mailing_service.nats_stream,
        "NATS_SUBJECT_PREFIX": mailing_service.nats_subject_prefix,
        "CAMPAIGNS_HOME": str(mailing_service.home),
    }
    command = [sys.executable, "-m", "campaigns", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@when("the first campaign is archived")
def archived(mailing_service: RunningService) -> None:
    def all_archived() -> bool:
        command_line(mailing_service, "ledger", "archive", "--days", "0")
        return any(mailing_service.home.glob("archive/*/*/people.parquet"))

    until(all_archived)


@when("the operator has her forgotten")
def forgotten(story: Story, her: Seeded) -> None:
    if not story.path:
        story.draft()
    her.figures = {path: told(story, path) for path in her.paths}
    erasure = ask(story, "/api/v1/erasures", {"user_id": her.user_id}, 202)
    place = f"/api/v1/erasures/{erasure['id']}"
    eventually(lambda: story.client.get(place).json()["status"], "erased", 2 * PATIENCE)
    told_of = story.client.get(place).json()
    assert told_of["user_id"] is None
    took = datetime.fromisoformat(told_of["erased_at"]) - datetime.fromisoformat(told_of["requested_at"])
    assert took <= _PROMISED, told_of


@when("the system of user accounts tells that she is gone")
def told_gone(story: Story, her: Seeded, mailing_service: RunningService) -> None:
    story.draft()
    event = {"specversion": "1.0", "id": story.mark, "source": "accounts", "type": "user.deleted"}
    data = {"user_id": her.user_id, "email": her.email}
    body = json.dumps({**event, "tenantid": story.tenant_id, "data": data}).encode()
    subject = f"{mailing_service.nats_subject_prefix}-in.user.deleted"
    asyncio.run(publish(mailing_service.nats_url, subject, body))
    without_pause(story, mailing_service)
    nothing_left(her, mailing_service)


@when("she has been forgotten")
def has_been_forgotten(story: Story, her: Seeded, mailing_service: RunningService) -> None:
    ask(story, "/api/v1/erasures", {"user_id": her.user_id}, 202)
    without_pause(story, mailing_service)


def without_pause(story: Story, service: RunningService) -> None:
    """The second look comes right after the first; whether the pause between them is short enough, "within a minute"
    asks elsewhere.
    """

    def erased() -> bool:
        with psycopg.connect(service.database_url) as connection:
            connection.execute("set role campaigns_system")
            looked_once = "tenant_id = %s and status = 'pending' and looks = 1"
            connection.execute(f"update erasures set look_at = now() where {looked_once}", (story.tenant_id,))
        return [one["status"] for one in erasures(story)] == ["erased"]

    until(erased)


async def publish(url: str, subject: str, body: bytes) -> None:
    client = await nats.connect(url)
    await client.jetstream().publish(subject, body, headers={"Content-Type": "application/cloudevents+json"})
    await client.close()


def erasures(story: Story) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = story.client.get("/api/v1/erasures").json()["erasures"]
    return found


@given("a backup of the people is made")
def backup(story: Story, mailing_service: RunningService, tmp_path: Path) -> None:
    story.draft()
    shutil.copytree(mailing_service.home / "datasets" / story.tenant_id, tmp_path / "backup")


@when("the backup is restored, which knows her again")
def restored(story: Story, her: Seeded, mailing_service: RunningService, tmp_path: Path) -> None:
    people = mailing_service.home / "datasets" / story.tenant_id
    shutil.rmtree(people)
    shutil.copytree(tmp_path / "backup", people)
    with psycopg.connect(mailing_service.database_url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute("delete from erasures where tenant_id = %s", (story.tenant_id,))
    assert any(her.user_id.encode() in content for _, content in everywhere(mailing_service))


@when("the erasures are applied again")
def applied_again(story: Story, mailing_service: RunningService) -> None:
    command_line(mailing_service, "erasure", "reapply")
    without_pause(story, mailing_service)


@when("the same people are uploaded once more")
def uploaded(story: Story) -> None:
    """Starting the campaign does so first of all."""
    story.fields["name"] = f"later {story.mark}"


@then("within 60 seconds nothing in tables, streams, files and logs leads to her")
def nothing_left(her: Seeded, mailing_service: RunningService) -> None:
    found = {
        f"{trace} in {place}"
        for place, content in everywhere(mailing_service)
        for trace in her.traces
        if trace.encode() in content
    }
    assert not found, "\n".join(sorted(found))


@then("within 60 seconds who listens to the events is told, once for each campaign, which messages were hers")
def listeners_told(story: Story, her: Seeded, mailing_service: RunningService) -> None:
    url, stream = mailing_service.nats_url, mailing_service.nats_stream

    def told() -> list[dict[str, Any]]:
        held = [content for subject, content in everything_in(url, stream) if subject.endswith(".person.erased")]
        events = [json.loads(content.partition(b"\n")[2]) for content in held]
        return [event["data"] for event in events if event["tenantid"] == story.tenant_id]

    until(lambda: len(told()) == len(her.paths))
    assert {one["campaign_id"]: one["message_ids"] for one in told()} == her.messages
    assert all(len(hers) == 1 for hers in her.messages.values())
    fed = story.client.get("/api/v1/events/feed", params={"types": "campaign.person.erased"}).json()["events"]
    assert [event["data"] for event in fed] == told()
    assert {one["pseudonym"] for one in told()} == {f"erased:{erasures(story)[0]['id']}"}


@then("every figure of every campaign is as it was")
def as_before(story: Story, her: Seeded) -> None:
    assert {path: told(story, path) for path in her.paths} == her.figures
    assert len(her.figures) == 2


@then("a third campaign reaches all the others")
def third(story: Story, her: Seeded) -> None:
    del story.fields["frequency_cap"]
    story.fields["name"] = f"fourth {story.mark}"
    story.rows = [row for row in story.rows if row["user_id"] != her.user_id]
    story.start()
    until(lambda: story.execution()["status"] == "completed")
    assert story.execution()["accounting"]["sent"] == 20


def figures(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = story.client.get(f"{story.path}/metrics").json()["totals"]
    return found


def told(story: Story, path: str) -> dict[str, Any]:
    metrics = story.client.get(f"{path}/metrics", params={"breakdown_by": "variant,channel"}).json()
    executions = story.client.get(f"{path}/executions").json()["executions"]
    return {"totals": metrics["totals"], "accounting": [one["accounting"] for one in executions]}


def everywhere(service: RunningService) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, every message of every stream, every file of the home and the log, as bytes."""
    yield from tables(service.database_url)
    yield from everything_in(service.nats_url, service.nats_stream)
    for path in filter(Path.is_file, service.home.rglob("*")):
        yield str(path), path.name.encode() + b"\n" + path.read_bytes()
        if ".parquet" in path.name:
            yield f"{path}, read", str(pq.read_table(path).to_pylist()).encode()
    yield "log", service.log.read_bytes()

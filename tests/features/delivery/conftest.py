"""The running service with a mail server of ours, and steps in the words of the features."""

import email
import email.policy
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from pytest_bdd import given, parsers, then, when
from tests.support.databases import Databases
from tests.support.mail_servers import mail_server
from tests.support.running_service import RunningService, Tenant, fresh_tenant, running_service
from tests.support.servers import Addresses
from tests.support.waiting import eventually, until

MAIL = {
    "channel_type": "email",
    "priority": 0,
    "content": {
        "subject": "Spring",
        "body_text": "Spring is here",
        "sender_email": "news@acme.example",
        "sender_name": "A",
    },
}


class Mailbox:
    """What arrived, by address and as (address, subject) in order; `busy-…` refuses the first time, `gone-…` always.

    For `lost-…` it hangs up once, after it has taken the mail.
    """

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.letters: list[tuple[str, str]] = []
        self.message_ids: dict[str, list[str]] = {}
        self.contents: list[tuple[str, bytes]] = []
        self._asked: Counter[str] = Counter()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self._asked[address] += 1
        if address.startswith("gone-"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("busy-") and self._asked[address] == 1:
            return "451 4.2.1 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters += [(address, str(letter["subject"])) for address in envelope.rcpt_tos]
        self.contents += [(address, envelope.content) for address in envelope.rcpt_tos]
        for address in envelope.rcpt_tos:
            self.message_ids.setdefault(address, []).append(str(letter["message-id"]))
        self.arrived.update(envelope.rcpt_tos)  # last: whoever waits for it reads the others next
        for address in envelope.rcpt_tos:
            if address.startswith("lost-") and len(self.message_ids[address]) == 1:
                server.transport.abort()
        return "250 taken"


@pytest.fixture(scope="session")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        yield mailbox, port


@pytest.fixture(scope="session")
def mailing_service(databases: Databases, servers: Addresses, mailbox: tuple[Mailbox, int]) -> Iterator[RunningService]:
    settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(mailbox[1]), "SMTP_TLS": "none"}
    settings["MESSAGE_COSTS"] = "email=0.01,push=0.03"
    settings["EXPERIMENT_INTERVAL_SECONDS"] = "0.2"
    settings["TRIGGER_GATHERING_SECONDS"] = "0.2"
    with databases.fresh() as url, running_service(url, servers.nats, settings=settings) as running:
        yield running


class Story:
    """One tenant, one campaign, and what came of it."""

    def __init__(self, tenant: Tenant, mailbox: Mailbox) -> None:
        self.client = tenant.client
        self.tenant_id = tenant.tenant_id
        self.mailbox = mailbox
        self.mark = uuid4().hex[:8]
        self.rows: list[dict[str, str]] = []
        self.fields: dict[str, Any] = {"channels": [MAIL]}
        self.country = "DE"
        self.path = ""
        self.limited_by = "hourly"

    def add(self, kind: str, count: int, *, address: bool = True, **more: str) -> list[str]:
        ids = [f"{kind}-{self.mark}-{n:03d}" for n in range(count)]
        for user_id in ids:
            email = f"{user_id}@people.example" if address else ""
            self.rows.append({"user_id": user_id, "email": email, "push_token": "", "country": "DE", **more})
        return ids

    def start(self) -> None:
        self.draft()
        self.tell("start")

    def draft(self) -> None:
        self._upload()
        criteria = {"field": "country", "operator": "equals", "value": self.country}
        body = {
            "name": f"Spring {self.mark}",
            "mode": "one_time",
            "audience": {"include": [{"criteria": criteria}]},
            **self.fields,
        }
        made = self.client.post("/api/v1/campaigns", json=body)
        assert made.status_code == 201, made.text
        self.path = f"/api/v1/campaigns/{made.json()['id']}"

    def tell(self, action: str, **body: str) -> None:
        answer = self.client.post(f"{self.path}/{action}", json=body or None)
        assert answer.status_code == 200, answer.text

    def execution(self) -> dict[str, Any]:
        found = self.client.get(f"{self.path}/executions").json()["executions"]
        return found[0] if found else {"status": "none", "accounting": {"sent": 0, "sending": 0}}

    def recipients(self, **parameters: str) -> list[dict[str, Any]]:
        answer = self.client.get(f"{self.path}/recipients", params={"limit": "500", **parameters})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["recipients"])

    def mails(self) -> Counter[str]:
        return Counter({to: n for to, n in self.mailbox.arrived.items() if f"-{self.mark}-" in to})

    def subjects(self) -> list[str]:
        """Of the mails that arrived, in the order of their arrival."""
        return [subject for to, subject in self.mailbox.letters if f"-{self.mark}-" in to]

    def _upload(self) -> None:
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in self.rows)]
        answer = self.client.post(
            "/api/v1/audience/imports",
            files={"file": ("people.csv", "\n".join(lines).encode())},
            data={"dataset": "people"},
        )
        assert answer.status_code == 202, answer.text
        seen = f"/api/v1/audience/imports/{answer.json()['id']}"
        ended = until(lambda: self.client.get(seen).json(), lambda one: one["status"] in ("completed", "failed"))
        assert ended["status"] == "completed", ended


@pytest.fixture
def story(mailing_service: RunningService, mailbox: tuple[Mailbox, int]) -> Iterator[Story]:
    with fresh_tenant(mailing_service) as tenant:
        yield Story(tenant, mailbox[0])


@given(parsers.parse("{count:d} people with a mail address"))
def people_with_mail(story: Story, count: int) -> None:
    story.add("p", count)


@given(parsers.parse("a limit of {count:d} messages per minute"))
def limit(story: Story, count: int) -> None:
    story.fields["throttle"] = {"per_minute": count}


@when("the campaign is started")
def start(story: Story) -> None:
    story.start()


@when("some mails have arrived")
def some_mails(story: Story) -> None:
    until(lambda: len(story.mails()) >= 3)


@when("the campaign is paused")
def pause(story: Story) -> None:
    story.tell("pause")


@when("the campaign is resumed")
def resume(story: Story) -> None:
    story.tell("resume")


@when("the campaign is resumed at full speed")
def resume_at_full_speed(story: Story) -> None:
    changed = story.client.patch(story.path, json={"throttle": None})
    assert changed.status_code == 200, changed.text
    story.tell("resume")


@then("the run is completed")
def completed(story: Story) -> None:
    eventually(lambda: story.execution()["status"], "completed")
    assert story.execution()["accounting"]["holds"]


@then(parsers.parse("{count:d} mails have arrived, each person's once"))
def mails_arrived(story: Story, count: int) -> None:
    assert len(story.mails()) == count
    assert set(story.mails().values()) == {1}

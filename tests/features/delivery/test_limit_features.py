"""Steps about limits, over a service of its own with a providers file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Mailbox, Story
from tests.support.databases import Databases
from tests.support.running_service import RunningService, Tenant, fresh_tenant, running_service
from tests.support.servers import Addresses
from tests.support.waiting import eventually, until

scenarios("delivery/keeping_limits.feature")

HOURLY = ("hourly", "kazakh", "templates")
PROVIDER = """
[[providers]]
name = "{name}"
kind = "smtp"
host = "127.0.0.1"
port = {port}
tls = "none"
sender_domains = ["{name}.example"]
{limits}
"""


@pytest.fixture(scope="module")
def limited_service(
    databases: Databases,
    servers: Addresses,
    mailbox: tuple[Mailbox, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningService]:
    port = mailbox[1]
    file: Path = tmp_path_factory.mktemp("providers") / "providers.toml"
    file.write_text(
        "".join(PROVIDER.format(name=name, port=port, limits="limits = { per_hour = 20 }") for name in HOURLY)
        + PROVIDER.format(name="fresh", port=port, limits="warm_up = { per_day = [40, 400] }")
    )
    settings = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_TLS": "none",
        "PROVIDERS_FILE": str(file),
    }
    with databases.fresh() as url, running_service(url, servers.nats, settings=settings) as running:
        yield running


@pytest.fixture
def customer(limited_service: RunningService) -> Iterator[Tenant]:
    with fresh_tenant(limited_service) as tenant:
        yield tenant


@pytest.fixture
def story(customer: Tenant, mailbox: tuple[Mailbox, int]) -> Story:
    return Story(customer, mailbox[0])


@given(parsers.parse("{count:d} people with a mail address"))
def people_with_mail(story: Story, count: int) -> None:
    story.add("p", count)


@given(parsers.parse("{count:d} people with a mail address who read Kazakh"))
def people_who_read_kazakh(story: Story, count: int) -> None:
    story.add("p", count, locale="kk_KZ")


@given("a campaign whose mails in Kazakh leave by a provider that takes 20 mails an hour")
def kazakh(story: Story) -> None:
    story.fields["channels"] = [{**MAIL, "locales": {"kk": {"sender_email": "news@kazakh.example"}}}]
    story.limited_by = "kazakh"


@given("a campaign whose template leaves by a provider that takes 20 mails an hour")
def template(story: Story) -> None:
    content = {**MAIL["content"], "sender_email": "news@templates.example"}  # type: ignore[dict-item]
    body = {"name": f"Spring {story.mark}", "channel_type": "email", "content": content}
    made = story.client.post("/api/v1/templates", json=body)
    assert made.status_code == 201, made.text
    story.fields["channels"] = [{"channel_type": "email", "priority": 0, "template_id": made.json()["id"]}]
    story.limited_by = "templates"


@given("a provider that takes 20 mails an hour")
def hourly(story: Story) -> None:
    _sent_from(story, "hourly.example")


@given("a new provider that takes 40 mails on its first day")
def fresh(story: Story) -> None:
    _sent_from(story, "fresh.example")


@given(parsers.parse("a tenant that may send {count:d} messages a day"))
def limited_tenant(customer: Tenant, limited_service: RunningService, count: int) -> None:
    with psycopg.connect(limited_service.database_url) as connection:
        connection.execute("set local role campaigns_system")
        connection.execute(
            "update tenants set limits = %s where tenant_id = %s",
            (Jsonb({"messages_per_day": count}), customer.tenant_id),
        )


@when("the campaign is started")
def start(story: Story) -> None:
    story.start()


@then(parsers.parse("{count:d} mails arrive and no more"))
def so_many(story: Story, count: int) -> None:
    def counted() -> tuple[int | None, ...]:
        found = story.execution()["accounting"]
        return tuple(found.get(part) for part in ("sent", "waiting", "holds"))

    eventually(counted, (count, 30 - count, True))
    until(lambda: story.execution().get("waiting_for"))
    assert sum(story.mails().values()) == count


@then("the run says that it waits for the limit of the provider")
def waits_for_provider(story: Story) -> None:
    assert story.execution()["waiting_for"].startswith(f"the rate limit per hour of provider {story.limited_by} until ")


@then("the run says that it waits for the limit of the tenant")
def waits_for_tenant(story: Story) -> None:
    assert story.execution()["waiting_for"].startswith("the rate limit per day of the tenant t-")


@then("the run says that it waits for the warm-up of the provider")
def waits_for_warm_up(story: Story) -> None:
    assert story.execution()["waiting_for"].startswith("the warm-up of provider fresh until ")


@then("the operator sees that nothing is left of the limit this hour")
def nothing_left(story: Story) -> None:
    assert _provider(story, "hourly")["limits"] == [
        {"span": "hour", "limit": 20, "used": 20, "remaining": 0, "spread": False}
    ]
    assert _provider(story, "hourly")["breaker"]["state"] == "closed"


@then("the operator sees that it is the first day of the warm-up")
def first_day(story: Story) -> None:
    warm_up = _provider(story, "fresh")["warm_up"]
    assert (warm_up["day"], warm_up["days"]) == (1, 2)
    assert warm_up["started_at"]


def _sent_from(story: Story, domain: str) -> None:
    content = {**MAIL["content"], "sender_email": f"news@{domain}"}  # type: ignore[dict-item]
    story.fields["channels"] = [{**MAIL, "content": content}]


def _provider(story: Story, name: str) -> Any:
    answer = story.client.get("/api/v1/providers")
    assert answer.status_code == 200, answer.text
    return next(provider for provider in answer.json()["providers"] if provider["name"] == name)

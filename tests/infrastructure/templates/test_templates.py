"""Templates in Postgres: names are unique in a tenant, tenants see their own, every version is kept."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import psycopg
import pytest
from msgspec.structs import replace

from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import StaleVersionError
from campaigns.domain.delivery.template import Template, TemplateNameTakenError, TemplateNotFoundError
from campaigns.domain.shared.channels import ChannelType, Content
from campaigns.domain.shared.ids import TemplateId, TenantId
from campaigns.infrastructure.delivery.templates import PostgresTemplates
from campaigns.infrastructure.postgres.database import Database

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def caller(tenant: str = "acme") -> Caller:
    return Caller(
        tenant_id=TenantId(tenant), principal="ann", scopes=frozenset(), command_id=uuid4(), correlation_id="c"
    )


def template(name: str = "Welcome", tenant: str = "acme") -> Template:
    return Template(
        id=TemplateId(uuid4()), tenant_id=TenantId(tenant), name=name, channel_type=ChannelType.EMAIL,
        content=Content(subject="Hi {{ first_name }}"), version=1,
        created_at=NOW, created_by="ann", updated_at=NOW, updated_by="ann",
    )  # fmt: skip


def over(url: str, test: Callable[[PostgresTemplates], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Database(url) as database:
            await test(PostgresTemplates(database))

    asyncio.run(run())


def test_what_is_kept_is_found_again(database_url: str) -> None:
    async def test(templates: PostgresTemplates) -> None:
        kept = await templates.add(template(), caller())
        assert await templates.get(kept.id, caller()) == kept
        assert await templates.content(TenantId("acme"), str(kept.id)) == kept.content
        page = await templates.page(caller(), ChannelType.EMAIL, 10, 0)
        assert (page.templates, page.total) == ((kept,), 1)
        assert (await templates.page(caller(), ChannelType.SMS, 10, 0)).total == 0

    over(database_url, test)


def test_a_name_is_taken_once_in_a_tenant_and_free_again_after_deletion(database_url: str) -> None:
    async def test(templates: PostgresTemplates) -> None:
        first = await templates.add(template(), caller())
        with pytest.raises(TemplateNameTakenError):
            await templates.add(template(), caller())
        await templates.add(template(tenant="other"), caller("other"))
        await templates.remove(first.id, caller())
        await templates.add(template(), caller())
        with pytest.raises(TemplateNotFoundError):
            await templates.remove(first.id, caller())

    over(database_url, test)


def test_a_repeated_command_finds_what_it_stored(database_url: str) -> None:
    async def test(templates: PostgresTemplates) -> None:
        once = caller()
        first = await templates.add(template(), once)
        assert await templates.add(template(), once) == first

    over(database_url, test)


def test_another_tenants_template_does_not_exist(database_url: str) -> None:
    async def test(templates: PostgresTemplates) -> None:
        kept = await templates.add(template(), caller())
        for find in (templates.get(kept.id, caller("other")), templates.content(TenantId("other"), str(kept.id))):
            with pytest.raises(TemplateNotFoundError):
                await find
        with pytest.raises(TemplateNotFoundError):
            await templates.content(TenantId("acme"), "no id at all")

    over(database_url, test)


def test_every_version_is_kept_and_only_the_next_one_is_taken(database_url: str) -> None:
    async def test(templates: PostgresTemplates) -> None:
        first = await templates.add(template(), caller())
        second = replace(first, version=2, name="Hello", content=Content(subject="Hello"))
        assert await templates.replace(second, caller(), 1) == second
        with pytest.raises(StaleVersionError):
            await templates.replace(replace(second, name="again"), caller(), None)
        with pytest.raises(StaleVersionError):
            await templates.replace(replace(second, version=3), caller(), 1)

    over(database_url, test)
    with psycopg.connect(database_url) as connection:
        connection.execute("set role campaigns_system")
        kept = connection.execute("select version, name from template_versions order by version").fetchall()
    assert kept == [(1, "Welcome"), (2, "Hello")]


def test_an_unknown_template_is_named_in_the_refusal(database_url: str) -> None:
    async def test(templates: PostgresTemplates) -> None:
        with pytest.raises(TemplateNotFoundError, match="00000007"):
            await templates.get(UUID(int=7), caller())

    over(database_url, test)

"""Templates in Postgres."""

from typing import Any
from uuid import UUID

import msgspec
import psycopg.errors
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from campaigns.application.delivery.templates import TemplatePage
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import StaleVersionError
from campaigns.domain.delivery.template import Template, TemplateNameTakenError, TemplateNotFoundError
from campaigns.domain.shared.channels import ChannelType, Content
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database

_COLUMNS = (
    "tenant_id, template_id as id, name, channel_type, content, version, created_at, created_by, updated_at, updated_by"
)
_ADD = """
    insert into templates (tenant_id, template_id, name, channel_type, content, version, created_at, created_by,
      updated_at, updated_by, command_id)
    values (%(tenant_id)s, %(id)s, %(name)s, %(channel_type)s, %(content)s, %(version)s, %(created_at)s,
      %(created_by)s, %(updated_at)s, %(updated_by)s, %(command_id)s)
    on conflict (command_id) do nothing"""
_REPLACE = """
    update templates set name = %(name)s, content = %(content)s, version = %(version)s, updated_at = %(updated_at)s,
      updated_by = %(updated_by)s
    where template_id = %(id)s and version = %(version)s - 1 and deleted_at is null"""
_KEEP = """
    insert into template_versions (tenant_id, template_id, version, name, content, at, by)
    values (%(tenant_id)s, %(id)s, %(version)s, %(name)s, %(content)s, %(updated_at)s, %(updated_by)s)"""
_REMOVE = "update templates set deleted_at = now() where template_id = %s and deleted_at is null"
_GET = f"select {_COLUMNS} from templates where template_id = %s and deleted_at is null"
_GET_BY_COMMAND = f"select {_COLUMNS} from templates where command_id = %s"
_WHERE = "deleted_at is null and (%(channel)s::text is null or channel_type = %(channel)s)"
_PAGE = f"select {_COLUMNS} from templates where {_WHERE} order by name limit %(limit)s offset %(offset)s"
_COUNT = f"select count(*) as total from templates where {_WHERE}"


class PostgresTemplates:
    """Implements `Templates` and `TemplateContents`: those that are kept here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, template: Template, caller: Caller) -> Template:
        row = _row(template) | {"command_id": caller.command_id}
        try:
            async with self._database.tenant(caller.tenant_id) as connection:
                if (await connection.execute(_ADD, row)).rowcount:
                    await connection.execute(_KEEP, row)
                    return template
                return _template(await _one(connection, _GET_BY_COMMAND, caller.command_id))
        except psycopg.errors.UniqueViolation as error:
            raise _taken(template) from error

    async def replace(self, template: Template, caller: Caller, expected_version: int | None) -> Template:
        if expected_version not in (None, template.version - 1):
            raise StaleVersionError(f"The template's version is {template.version - 1}")
        row = _row(template)
        try:
            async with self._database.tenant(caller.tenant_id) as connection:
                if not (await connection.execute(_REPLACE, row)).rowcount:
                    raise StaleVersionError("Somebody else changed the template at the same time")
                await connection.execute(_KEEP, row)
        except psycopg.errors.UniqueViolation as error:
            raise _taken(template) from error
        return template

    async def remove(self, template_id: UUID, caller: Caller) -> None:
        async with self._database.tenant(caller.tenant_id) as connection:
            if not (await connection.execute(_REMOVE, (template_id,))).rowcount:
                raise _unknown(template_id)

    async def get(self, template_id: UUID, caller: Caller) -> Template:
        return await self._get(caller.tenant_id, template_id)

    async def page(self, caller: Caller, channel: ChannelType | None, limit: int, offset: int) -> TemplatePage:
        wanted = {"channel": channel, "limit": limit, "offset": offset}
        async with (
            self._database.tenant(caller.tenant_id) as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(_COUNT, wanted)
            counted = await cursor.fetchone()
            await cursor.execute(_PAGE, wanted)
            found = tuple(_template(row) for row in await cursor.fetchall())
        return TemplatePage(templates=found, total=counted["total"] if counted else 0)

    async def content(self, tenant_id: TenantId, template_id: str) -> Content:
        try:
            wanted = UUID(template_id)
        except ValueError as error:
            raise _unknown(template_id) from error
        return (await self._get(tenant_id, wanted)).content

    async def _get(self, tenant_id: TenantId, template_id: UUID) -> Template:
        async with self._database.tenant(tenant_id) as connection:
            found = await _one(connection, _GET, template_id)
        if found is None:
            raise _unknown(template_id)
        return _template(found)


async def _one(connection: AsyncConnection, statement: str, value: UUID) -> dict[str, Any] | None:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.encode(), (value,))
        return await cursor.fetchone()


def _row(template: Template) -> dict[str, Any]:
    return msgspec.structs.asdict(template) | {
        "content": msgspec.json.encode(template.content).decode(),
        "channel_type": template.channel_type.value,
    }


def _template(row: dict[str, Any] | None) -> Template:
    return msgspec.convert(row, Template)


def _taken(template: Template) -> TemplateNameTakenError:
    return TemplateNameTakenError(f"There is a template {template.name!r} already", (Violation("/name", "is taken"),))


def _unknown(template_id: UUID | str) -> TemplateNotFoundError:
    return TemplateNotFoundError(f"There is no template {template_id}")

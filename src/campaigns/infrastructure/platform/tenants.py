"""Tenants in Postgres."""

from typing import Any
from uuid import UUID

from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from campaigns.domain.platform.errors import TenantNotFoundError, TenantTakenError
from campaigns.domain.platform.tenants import Tenant
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database

_COLUMNS = "tenant_id, name, limits, created_at"
_ADD = f"""insert into tenants as known ({_COLUMNS}, command_id) values (%s, %s, %s, %s, %s)
  on conflict (tenant_id) do update set name = known.name where known.command_id = excluded.command_id"""


class PostgresTenants:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant: Tenant, command_id: UUID) -> None:
        row = (tenant.tenant_id, tenant.name, Jsonb(tenant.limits), tenant.created_at, command_id)
        async with self._database.system() as connection:
            written = await connection.execute(_ADD.encode(), row)
        if not written.rowcount:
            raise TenantTakenError(f"There is a tenant {tenant.tenant_id!r} already")

    async def get(self, tenant_id: TenantId) -> Tenant:
        found = await self._one(f"select {_COLUMNS} from tenants where tenant_id = %s", (tenant_id,))
        return _known(found, tenant_id)

    async def all(self, limit: int, offset: int) -> tuple[list[Tenant], int]:
        statement = f"select {_COLUMNS} from tenants order by tenant_id limit %s offset %s"
        async with self._database.system() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute("select count(*) as total from tenants")
            counted = await cursor.fetchone()
            await cursor.execute(statement.encode(), (limit, offset))
            page = [_tenant(row) for row in await cursor.fetchall()]
        return page, counted["total"] if counted else 0

    async def set_limits(self, tenant_id: TenantId, overrides: dict[str, int]) -> Tenant:
        statement = f"update tenants set limits = %s where tenant_id = %s returning {_COLUMNS}"
        return _known(await self._one(statement, (Jsonb(overrides), tenant_id)), tenant_id)

    async def _one(self, statement: str, values: tuple[Any, ...]) -> DictRow | None:
        async with self._database.system() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement.encode(), values)
            return await cursor.fetchone()


def _known(row: DictRow | None, tenant_id: TenantId) -> Tenant:
    if row is None:
        raise TenantNotFoundError(f"There is no tenant {tenant_id!r}")
    return _tenant(row)


def _tenant(row: DictRow) -> Tenant:
    return Tenant(**row)

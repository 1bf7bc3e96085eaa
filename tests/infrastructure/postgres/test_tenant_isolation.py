"""Row-level security: what one tenant cannot see or touch, whatever the statement says."""

from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.roles import APP, conninfo_as

pytestmark = pytest.mark.anyio

ACME, OTHER = TenantId("acme"), TenantId("other")
_RESERVE = "insert into reservations (tenant_id, kind, key, holder) values (%s, 'name', %s, %s)"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as database:
        for tenant in (ACME, OTHER):
            async with database.tenant(tenant) as connection:
                await connection.execute(_RESERVE, (tenant, f"of {tenant}", uuid4()))
        yield database


async def _keys(connection: psycopg.AsyncConnection) -> list[str]:
    return [key for (key,) in await (await connection.execute("select key from reservations order by key")).fetchall()]


async def test_each_tenant_sees_its_own_rows(database: Database) -> None:
    async with database.tenant(ACME) as connection:
        assert await _keys(connection) == ["of acme"]


async def test_the_system_sees_all_tenants(database: Database) -> None:
    async with database.system() as connection:
        assert await _keys(connection) == ["of acme", "of other"]


async def test_without_a_tenant_nothing_is_seen(database: Database, database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo_as(APP, database_url)) as connection:
        assert await _keys(connection) == []
        await connection.execute("select set_config('campaigns.tenant', '', true)")
        assert await _keys(connection) == []


async def test_a_tenant_is_forgotten_at_the_end_of_its_transaction(database_url: str, database: Database) -> None:
    async with Database(database_url, tenant_connections=1) as narrow:
        async with narrow.tenant(ACME) as connection:
            first = connection.info.backend_pid
        async with narrow.tenant(OTHER) as connection:
            assert connection.info.backend_pid == first, "the same connection serves both"
            assert await _keys(connection) == ["of other"]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into reservations (tenant_id, kind, key, holder) values ('other', 'name', 'stolen', gen_random_uuid())",
        "update reservations set tenant_id = 'other'",
    ],
)
async def test_rows_for_another_tenant_are_refused(database: Database, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        async with database.tenant(ACME) as connection:
            await connection.execute(statement.encode())


async def test_another_tenants_rows_cannot_be_deleted(database: Database) -> None:
    async with database.tenant(ACME) as connection:
        await connection.execute("delete from reservations")
    async with database.system() as connection:
        assert await _keys(connection) == ["of other"]


@pytest.mark.parametrize("statement", ["delete from events", "update events set topic = 'x'", "truncate events"])
async def test_the_log_can_only_grow(database: Database, statement: str) -> None:
    for opened in (database.tenant(ACME), database.system()):
        with pytest.raises(InsufficientPrivilege):
            async with opened as connection:
                await connection.execute(statement.encode())


async def test_every_table_with_a_tenant_is_protected(database: Database) -> None:
    async with database.system() as connection:
        rows = await (
            await connection.execute("""
                select c.relname, c.relrowsecurity and c.relforcerowsecurity,
                       coalesce((select string_agg(distinct roles.name::text, ',' order by roles.name::text)
                         from pg_policies p, unnest(p.roles) as roles(name) where p.tablename = c.relname), '')
                from pg_class c join pg_attribute a on a.attrelid = c.oid
                where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
                order by 1""")
        ).fetchall()
    assert {"events", "reservations", "snapshots", "tenants", "api_keys"} <= {name for name, *_ in rows}
    unprotected = [name for name, forced, roles in rows if not forced or "campaigns_app" not in roles.split(",")]
    assert unprotected == []


async def test_no_other_policy_lets_a_tenant_look_further(database: Database) -> None:
    async with database.system() as connection:
        rows = await (
            await connection.execute("""
                select tablename, policyname, qual from pg_policies
                where ('campaigns_app' = any(roles) or 'public' = any(roles))
                  and coalesce(qual, '') !~ 'current_tenant|from executions|FROM executions'""")
        ).fetchall()
    assert rows == []


async def test_neither_role_owns_anything(database: Database) -> None:
    async with database.system() as connection:
        owned = await (
            await connection.execute("""
                select c.relname from pg_class c join pg_roles r on r.oid = c.relowner
                where r.rolname in ('campaigns_app', 'campaigns_system')""")
        ).fetchall()
    assert owned == []

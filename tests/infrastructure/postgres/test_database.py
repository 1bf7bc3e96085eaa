"""Transactions, and what is heard when Postgres is away."""

import asyncio

import psycopg
import pytest
from tests.support.waiting import PATIENCE

from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.listening import announced
from campaigns.infrastructure.postgres.roles import APP, SYSTEM, UnsafeRoleError, conninfo_as, require_harmless

pytestmark = pytest.mark.anyio

ACME = TenantId("acme")
_RESERVE = "insert into reservations (tenant_id, kind, key, holder) values ('acme', 'room', 'hall', gen_random_uuid())"
_MOVE = "insert into followers (name, position) values ('me', 1)"


async def _names(database: Database) -> list[str]:
    async with database.system() as connection:
        return [name for (name,) in await (await connection.execute("select name from followers")).fetchall()]


async def test_a_transaction_commits_at_its_end_and_rolls_back_on_an_exception(database_url: str) -> None:
    async with Database(database_url) as database:
        with pytest.raises(ZeroDivisionError):
            await _move_and_fail(database)
        assert await _names(database) == []
        async with database.system() as connection:
            await connection.execute(_MOVE)
        assert await _names(database) == ["me"]


async def test_a_connection_killed_under_way_is_a_dependency_down_and_the_next_works(database_url: str) -> None:
    async with Database(database_url) as database:
        with pytest.raises(DependencyDownError) as error:
            await _lose_the_connection(database, database_url)
        assert error.value.name == "postgres"
        await database.answers()
        async with database.tenant(ACME) as connection:
            assert await (await connection.execute("select 1")).fetchone() == (1,)


async def test_connections_that_died_while_idle_are_replaced_unnoticed(database_url: str) -> None:
    async with Database(database_url, tenant_connections=1, system_connections=1) as database:
        for opened in (database.tenant, lambda _tenant: database.system()):
            async with opened(ACME) as connection:
                died = connection.info.backend_pid
            await _kill(database_url, died)
            async with opened(ACME) as connection:
                assert connection.info.backend_pid != died


async def test_a_tenants_transaction_is_one_although_it_began_in_a_single_statement(database_url: str) -> None:
    async with Database(database_url) as database:
        with pytest.raises(ZeroDivisionError):
            await _reserve_and_fail(database)
        async with database.tenant(ACME) as connection:
            assert await (await connection.execute("select key from reservations")).fetchall() == []
            async with connection.transaction():
                await connection.execute(_RESERVE)
        async with database.tenant(ACME) as connection:
            assert await (await connection.execute("select key from reservations")).fetchall() == [("hall",)]


async def test_a_database_that_is_away_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.infrastructure.postgres.database._PATIENCE", 0.3)
    with pytest.raises(DependencyDownError):
        async with Database("postgresql://nobody@127.0.0.1:1/none"):
            pass


async def test_a_statement_that_postgres_dislikes_is_not_called_a_dependency_down(database_url: str) -> None:
    async with Database(database_url) as database:
        with pytest.raises(psycopg.errors.UndefinedTable):
            async with database.system() as connection:
                await connection.execute("select * from nowhere")


async def test_waiting_for_a_connection_ends(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Database(database_url, tenant_connections=1) as database, database.tenant(ACME):
        monkeypatch.setattr(database._tenants, "timeout", 0.3)
        with pytest.raises(DependencyDownError):
            async with database.tenant(ACME):
                pass


async def test_a_listener_hears_what_is_announced(database_url: str) -> None:
    async with Database(database_url) as database, database.dedicated_listener("events") as listener:
        async with database.system() as connection:
            await connection.execute("select pg_notify('events', '7')")
        async with asyncio.timeout(PATIENCE):
            assert await anext(announced(listener)) == {"events"}


async def test_a_listener_that_is_cut_off_says_so(database_url: str) -> None:
    async with Database(database_url) as database, database.dedicated_listener("events") as listener:
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            await connection.execute("select pg_terminate_backend(%s)", (listener.info.backend_pid,))
        with pytest.raises(psycopg.OperationalError):
            async with asyncio.timeout(PATIENCE):
                await anext(announced(listener))


async def test_a_role_that_could_bypass_the_policies_is_refused(database_url: str, databases: object) -> None:
    superuser = databases._superuser_url  # type: ignore[attr-defined]
    async with await psycopg.AsyncConnection.connect(superuser) as connection:
        name = str((await (await connection.execute("select current_user")).fetchone() or ("",))[0])
        with pytest.raises(UnsafeRoleError, match="superuser"):
            await require_harmless(connection, name)
        with pytest.raises(UnsafeRoleError, match="instead of"):
            await require_harmless(connection, APP)


def test_options_of_the_url_are_kept_beside_the_role() -> None:
    conninfo = conninfo_as(APP, "postgresql://u@h/d?options=-c%20work_mem%3D8MB")
    assert "options='-c work_mem=8MB -c role=campaigns_app " in conninfo


def test_a_url_that_names_its_own_timeouts_keeps_them() -> None:
    conninfo = conninfo_as(SYSTEM, "postgresql://u@h/d?connect_timeout=60")
    assert "connect_timeout=60" in conninfo
    assert "tcp_user_timeout=15000" in conninfo


async def _move_and_fail(database: Database) -> None:
    async with database.system() as connection:
        await connection.execute(_MOVE)
        raise ZeroDivisionError


async def _reserve_and_fail(database: Database) -> None:
    async with database.tenant(ACME) as connection:
        await connection.execute(_RESERVE)
        raise ZeroDivisionError


async def _lose_the_connection(database: Database, url: str) -> None:
    async with database.tenant(ACME) as connection:
        await _kill(url, connection.info.backend_pid)
        await connection.execute("select 1")


async def _kill(url: str, pid: int) -> None:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("select pg_terminate_backend(%s, 2000)", (pid,))

"""Migrations: once each, by whoever comes first, and never edited."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from campaigns.application.platform.ports import Health
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.platform.probes import SchemaProbe
from campaigns.infrastructure.postgres import migrate as migrating
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.migrate import MigrationError, migrate, migration_files, require_migrated


def _applied(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("select name from schema_migrations order by applied_at, name").fetchall()
    return [name for (name,) in rows]


def test_an_empty_database_gets_every_file_in_order(empty_database_url: str) -> None:
    assert migrate(empty_database_url) == list(migration_files())
    assert _applied(empty_database_url) == sorted(migration_files())


def test_migrating_again_changes_nothing(database_url: str) -> None:
    assert migrate(database_url) == []


def test_replicas_that_migrate_at_once_apply_each_file_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as replicas:
        applied = list(replicas.map(migrate, [empty_database_url] * 4))
    assert sorted(applied, key=len) == [[], [], [], list(migration_files())]


def test_two_databases_of_one_cluster_can_be_migrated_at_once(empty_database_url: str, database_url: str) -> None:
    with ThreadPoolExecutor(2) as services:
        first, second = services.map(migrate, [empty_database_url, database_url])
    assert (first, second) == (list(migration_files()), [])


def test_an_edited_file_is_refused_by_name(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = {
        name: text + "\nselect 1;" if name.startswith("0002") else text for name, text in migration_files().items()
    }
    monkeypatch.setattr(migrating, "migration_files", lambda: edited)
    with pytest.raises(MigrationError, match=r"0002_events\.sql was edited"):
        migrate(database_url)


def test_a_database_of_a_newer_version_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    older = dict(list(migration_files().items())[:-1])
    (newest,) = migration_files().keys() - older.keys()
    monkeypatch.setattr(migrating, "migration_files", lambda: older)
    with pytest.raises(MigrationError, match=newest):
        migrate(database_url)


def test_a_failing_file_leaves_nothing_behind(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {**migration_files(), "9999_broken.sql": "create table half_done (); select 1/0;"}
    monkeypatch.setattr(migrating, "migration_files", lambda: broken)
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(database_url)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select to_regclass('half_done')").fetchone() == (None,)
    assert "9999_broken.sql" not in _applied(database_url)


def test_a_database_that_is_away_is_named() -> None:
    with pytest.raises(DependencyDownError) as error:
        migrate("postgresql://nobody@127.0.0.1:1/none")
    assert error.value.name == "postgres"


def test_the_connecting_user_needs_no_superuser(empty_database_url: str) -> None:
    """Creating a role gives ADMIN on it but not SET: the grant must be made."""
    migrate(empty_database_url)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("select rolsuper from pg_roles where rolname = session_user").fetchone() == (False,)
        for role in ("campaigns_app", "campaigns_system"):
            connection.execute(f"set role {role}")
            assert connection.execute("select current_user").fetchone() == (role,)
            connection.execute("reset role")


def test_a_database_that_has_not_reached_this_version_is_refused_with_what_to_do(empty_database_url: str) -> None:
    first = next(iter(migration_files()))
    with pytest.raises(MigrationError, match=rf"lacks {len(migration_files())} .* {first}\. Run `campaigns migrate`"):
        require_migrated(empty_database_url)
    migrate(empty_database_url)
    require_migrated(empty_database_url)


def told_about_the_schema(url: str) -> Health:
    async def asked() -> Health:
        async with Database(url) as database:
            return await SchemaProbe(database)()

    return asyncio.run(asked())


def test_a_process_says_which_migrations_its_database_lacks_until_it_has_them(database_url: str) -> None:
    newest = list(migration_files())[-1]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("delete from schema_migrations where name = %s", (newest,))
        before = told_about_the_schema(database_url)
        connection.execute("insert into schema_migrations (name, checksum) values (%s, '')", (newest,))
        after = told_about_the_schema(database_url)
    assert (before.ok, after.ok) == (False, True)
    assert before.detail == f"lacks {newest}; run `campaigns migrate`"


def test_a_database_from_before_processes_asked_is_told_to_be_older(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("revoke select on schema_migrations from campaigns_system")
    assert told_about_the_schema(database_url) == Health(
        ok=False, detail="is older than this version; run `campaigns migrate`"
    )

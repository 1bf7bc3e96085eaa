"""Brings a database to the schema of this version: plain SQL files, in the order of their names, each once."""

import hashlib
from importlib.resources import files

import psycopg
from psycopg import Connection, sql

from campaigns.infrastructure.postgres.failures import translated
from campaigns.infrastructure.postgres.roles import APP, SYSTEM, conninfo_alone

_LOCK = 0x63616D706169676E  # any constant: replicas that migrate this database queue up behind it


class MigrationError(Exception):
    """The database and the migration files do not agree; the message says which file and what to do."""


def migrate(url: str) -> list[str]:
    """Apply what is missing, as the connecting user; safe to run twice and by several replicas at once.

    Returns the names of the files applied now. DependencyDownError when Postgres does not answer.
    """
    with translated(), psycopg.connect(conninfo_alone(url, "campaigns migrates"), autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        applied = _apply_missing(connection, migration_files())
        for role in (APP, SYSTEM):
            _let_me_become(connection, role)
        return applied


def require_migrated(url: str) -> None:
    """MigrationError when the database has not reached this version. DependencyDownError when it does not answer."""
    with translated(), psycopg.connect(url, autocommit=True, application_name="campaigns looks around") as connection:
        missing = missing_migrations(connection)
    if missing:
        raise MigrationError(
            f"The database has not reached this version: it lacks {len(missing)} of its migrations, the first is "
            f"{missing[0]}. Run `campaigns migrate`."
        )


def missing_migrations(connection: Connection) -> list[str]:
    """Those of this version that were not applied yet, in order."""
    known = connection.execute("select to_regclass('schema_migrations') is not null").fetchone()
    applied = set[str]()
    if known == (True,):
        applied = {str(name) for (name,) in connection.execute("select name from schema_migrations").fetchall()}
    return [name for name in migration_files() if name not in applied]


def migration_files() -> dict[str, str]:
    """Name and text of every migration of this version, in order."""
    folder = files("campaigns.infrastructure.postgres") / "migrations"
    found = {entry.name: entry.read_text() for entry in folder.iterdir() if entry.name.endswith(".sql")}
    return dict(sorted(found.items()))


def _apply_missing(connection: Connection, migrations: dict[str, str]) -> list[str]:
    connection.execute(
        "create table if not exists schema_migrations ("
        "name text primary key, checksum text not null, applied_at timestamptz not null default now())"
    )
    known: dict[str, str] = dict(connection.execute("select name, checksum from schema_migrations").fetchall())
    _refuse_unknown(known, migrations)
    return [name for name, text in migrations.items() if _apply(connection, name, text, known.get(name))]


def _refuse_unknown(known: dict[str, str], migrations: dict[str, str]) -> None:
    if newer := sorted(known.keys() - migrations.keys()):
        raise MigrationError(
            f"The database was migrated by a newer version: this one does not know {', '.join(newer)}. "
            "Run a version that does, or restore a backup."
        )


def _apply(connection: Connection, name: str, text: str, known_checksum: str | None) -> bool:
    checksum = hashlib.sha256(text.encode()).hexdigest()
    if known_checksum == checksum:
        return False
    if known_checksum is not None:
        raise MigrationError(
            f"{name} was edited after it had been applied. An applied migration never changes: "
            "restore its text and put the change into a new file."
        )
    with connection.transaction():
        connection.execute(text.encode())
        connection.execute("insert into schema_migrations (name, checksum) values (%s, %s)", (name, checksum))
    return True


def _let_me_become(connection: Connection, role: str) -> None:
    """Creating a role gives ADMIN on it but not SET (Postgres 16 and later): take SET where it is missing."""
    may = connection.execute("select pg_has_role(current_user, %s, 'SET')", (role,)).fetchone()
    if may == (False,):
        statement = sql.SQL("grant {} to current_user with inherit false, set true")
        connection.execute(statement.format(sql.Identifier(role)))

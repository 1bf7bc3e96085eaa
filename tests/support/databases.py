"""A fresh, migrated database for each test, copied from a template that was migrated once per run."""

import fcntl
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from campaigns.infrastructure.postgres.migrate import migrate

TEMPLATE = "campaigns_template"


class Databases:
    """Makes and drops databases in one cluster."""

    def __init__(self, superuser_url: str, user_url: str) -> None:
        self._superuser_url = superuser_url
        self._user_url = user_url

    @contextmanager
    def fresh(self) -> Iterator[str]:
        self._ensure_template()
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._make(name, TEMPLATE)
        try:
            yield self.url(name)
        finally:
            self._execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Not migrated."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._make(name, "template0")
        try:
            yield self.url(name)
        finally:
            self._execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        before, _, rest = self._user_url.partition("@/")
        return f"{before}@/{name}?{rest.partition('?')[2]}"

    def _ensure_template(self) -> None:
        with _one_at_a_time(self._superuser_url):
            if self._exists(TEMPLATE):
                return
            unfinished = f"{TEMPLATE}_unfinished"
            self._execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(unfinished)))
            self._make(unfinished, "template0")
            migrate(self.url(unfinished))
            renamed = sql.SQL("alter database {} rename to {}")
            self._execute(renamed.format(sql.Identifier(unfinished), sql.Identifier(TEMPLATE)))

    def _make(self, name: str, template: str) -> None:
        user = str(conninfo_to_dict(self._user_url)["user"])
        statement = sql.SQL("create database {} template {} owner {} strategy file_copy")
        self._execute(statement.format(*(sql.Identifier(part) for part in (name, template, user))))

    def _exists(self, name: str) -> bool:
        with psycopg.connect(self._superuser_url, autocommit=True) as connection:
            return connection.execute("select from pg_database where datname = %s", [name]).fetchone() is not None

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._superuser_url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def _one_at_a_time(key: str) -> Iterator[None]:
    name = f"campaigns-tests-{uuid.uuid5(uuid.NAMESPACE_URL, key).hex}.lock"
    with Path(tempfile.gettempdir(), name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

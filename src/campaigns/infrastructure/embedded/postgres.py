"""PostgreSQL 18 as a child process: private socket, passwords, an unprivileged account."""

import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from campaigns.infrastructure.embedded.account import Account
from campaigns.infrastructure.embedded.binaries import postgres_programs
from campaigns.infrastructure.embedded.child import spawn
from campaigns.infrastructure.embedded.cluster import SUPERUSER, data_argument, make_cluster
from campaigns.infrastructure.embedded.home import Home
from campaigns.infrastructure.embedded.orphan import runs_in, stop_orphan
from campaigns.infrastructure.embedded.secrets_file import embedded_secrets
from campaigns.infrastructure.embedded.server import ServerFailedError, never, open_log, stop_process, wait_until
from campaigns.infrastructure.embedded.sockets import socket_directory

USER = DATABASE = "campaigns"
_LONGEST_RECOVERY = 3600.0  # seconds: killing a server that replays its log would begin the replay anew
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}


class EmbeddedPostgres:
    """One cluster below `home`/postgres. The caller holds the home's lock for as long as it uses this."""

    name = "postgres"

    def __init__(
        self,
        home: Home,
        account: Account | None,
        settings: Mapping[str, str] | None = None,
        abandoned: Callable[[], bool] = never,
    ) -> None:
        self._home = home
        self._abandoned = abandoned
        self._account = account
        self._settings = {**_SETTINGS, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def log(self) -> Path:
        return self._home.directory("log") / "postgres.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Returns when connections are accepted. Call from the main thread."""
        programs, data = postgres_programs(self._account), self._home.directory("postgres") / "data"
        secrets = embedded_secrets(self._home.path / "secrets.json")
        if not data.exists():
            make_cluster(programs, data, secrets.postgres_superuser, self._account, self.log)
        _clear_the_way(data)
        self._sockets = socket_directory(self._home.path, self._account)
        self._process = self._launch(programs, data, self._sockets)
        wait_until(
            lambda: self._ready(data),
            self._process,
            "PostgreSQL",
            self.log,
            patience=_LONGEST_RECOVERY,
            abandoned=self._abandoned,
        )
        try:
            self._make_database(secrets.postgres_user)
        except psycopg.Error as error:  # it went away again: its disk is full, say
            raise ServerFailedError(f"PostgreSQL started and does not answer: {error}") from error

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ailment(self) -> str | None:
        """It ends by itself when it cannot go on."""
        return None

    def stop(self) -> None:
        """Fast shutdown, sessions are ended; when that takes too long the immediate one, and the log is replayed."""
        if self._process is not None:
            stop_process(self._process, (signal.SIGINT, signal.SIGQUIT))

    def remove_socket_directory(self) -> None:
        """For those who remove the home as well."""
        if self._sockets is not None and self._sockets.exists():
            shutil.rmtree(self._sockets)

    def url(self, database: str = DATABASE) -> str:
        """For the ordinary user, who owns the database and is no superuser."""
        secrets = embedded_secrets(self._home.path / "secrets.json")
        return self._url(USER, secrets.postgres_user, database)

    def superuser_url(self) -> str:
        secrets = embedded_secrets(self._home.path / "secrets.json")
        return self._url(SUPERUSER, secrets.postgres_superuser, "postgres")

    def _url(self, user: str, password: str, database: str) -> str:
        sockets = self._sockets or socket_directory(self._home.path, self._account)
        return f"postgresql://{user}:{password}@/{database}?host={quote(str(sockets), safe='')}"

    def _launch(self, programs: Path, data: Path, sockets: Path) -> subprocess.Popen[bytes]:
        settings = {**self._settings, "unix_socket_directories": str(sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with open_log(self.log) as log:
            return spawn(
                [programs / "postgres", "-D", data_argument(data, self._account), *options],
                directory=data,
                log=log,
                account=self._account,
                dies_with=signal.SIGINT,
            )

    def _ready(self, data: Path) -> bool:
        """The eighth line of postmaster.pid says so, and the first that it is our process saying it."""
        written = _pid_file_lines(data)
        return len(written) > 7 and written[0].strip() == str(self.pid) and written[7].strip() == "ready"  # noqa: PLR2004

    def _make_database(self, password: str) -> None:
        with closing(psycopg.connect(self.superuser_url(), autocommit=True)) as connection:
            known = connection.execute("select from pg_database where datname = %s", [DATABASE]).fetchone()
            if known is not None:
                return
            user = sql.Identifier(USER)
            if connection.execute("select from pg_roles where rolname = %s", [USER]).fetchone() is None:
                statement = sql.SQL("create role {} login nosuperuser createrole password {}")
                connection.execute(statement.format(user, sql.Literal(password)))
            # Lets migrations, run as this user, take on the roles they create.
            connection.execute(sql.SQL("alter role {} set createrole_self_grant = 'set, inherit'").format(user))
            connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(DATABASE), user))


def _clear_the_way(data: Path) -> None:
    """Stop a server that outlived its parent; remove a pid file whose process is no server of this directory."""
    written = _pid_file_lines(data)
    if not written or not written[0].strip().isdigit():
        return
    pid = int(written[0])
    stop_orphan(pid, "postgres", data, politely=signal.SIGINT)
    if not runs_in(pid, "postgres", data):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _pid_file_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []

"""The real thing, started as an operator starts it: `campaigns serve`, as a whole tree or role by role."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiohttp
from tests.chaos.faults.processes import alive, children, command_line, kill

from campaigns.infrastructure.embedded.account import servers_account
from campaigns.infrastructure.embedded.home import Home
from campaigns.infrastructure.embedded.nats import EmbeddedNats, running_address
from campaigns.infrastructure.embedded.postgres import EmbeddedPostgres
from campaigns.infrastructure.embedded.secrets_file import embedded_secrets
from campaigns.infrastructure.embedded.sockets import socket_directory
from campaigns.infrastructure.postgres.migrate import migrate

_PATIENCE = 60.0
_WHOLE = "campaigns"


class Serving:
    """One `campaigns serve`; `roles` None: everything, with servers of its own when none are configured."""

    def __init__(
        self, home: Path, settings: Mapping[str, str], *, roles: str | None = None, program: Sequence[str] = (_WHOLE,)
    ) -> None:
        port = free_port()
        self.home = home
        self.log = home.parent / f"{home.name}-{roles or 'all'}-{port}.log"
        self.url = f"http://127.0.0.1:{port}"
        self._settings, self._roles, self._program = dict(settings), roles, program
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    async def start(self) -> None:
        """Returns at once. Every start has the same address."""
        port = self.url.rpartition(":")[2]
        roles, settings = [], self._settings
        if self._roles is not None:
            roles, settings = ["--role", self._roles], settings | {"OPERATIONS_PORT": port}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self._program, "serve", "--port", port, *roles),
                env=environment(self.home, settings), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    async def until_ready(self, patience: float = _PATIENCE) -> float:
        """The seconds until `/health/ready` says yes."""
        began = time.monotonic()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while not await _ready(session, self.url):
                assert time.monotonic() < began + patience, f"not ready in {patience} s:\n{self.last_words()}"
                assert alive(self.pid), f"the service ended:\n{self.last_words()}"
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def stop(self) -> float:
        """Politely; the seconds it took."""
        began = time.monotonic()
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                await self._process.wait()
        return time.monotonic() - began

    async def end(self) -> None:
        """Whatever it takes: for a process that has been killed, frozen or forgotten."""
        with contextlib.suppress(TimeoutError, ProcessLookupError):
            await self.stop()
        for pid in (*children(self.pid), self.pid) if self._process else ():
            with contextlib.suppress(ProcessLookupError):
                kill(pid)
        if self._process is not None:
            await self._process.wait()

    async def kill(self) -> None:
        """This process alone, as the kernel would."""
        kill(self.pid)
        assert self._process is not None
        await self._process.wait()

    def pids(self, name: str) -> list[int]:
        """Of the tree's `postgres`, `nats-server`, or the processes with a role: `api`, `worker`, `relay` …"""
        return [pid for pid in children(self.pid) if _is(command_line(pid), name)]

    async def killed(self, name: str) -> int:
        """One of them, killed; waits until there is one. Its pid."""
        async with asyncio.timeout(_PATIENCE):
            while not (found := self.pids(name)):
                await asyncio.sleep(0.01)
        kill(found[0])
        return found[0]

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-6_000:]

    def postgres_url(self) -> str:
        """Of the tree's own server, as the owner of the tables."""
        secrets = embedded_secrets(self.home / "secrets.json")
        folder = socket_directory(self.home, servers_account())
        return f"postgresql://campaigns:{secrets.postgres_user}@/campaigns?host={folder}"

    def nats_url(self) -> str:
        """Of the tree's own server."""
        found = running_address(Home(self.home))
        assert found is not None, "no NATS runs in this home"
        return found


class OwnServers:
    """PostgreSQL and NATS outside the service, so that cables can be laid between them."""

    def __init__(self, postgres: EmbeddedPostgres, nats: EmbeddedNats) -> None:
        self.postgres, self.nats = postgres, nats

    def postgres_target(self) -> Path:
        """For a cable."""
        folder = unquote(urlsplit(self.postgres.url()).query.removeprefix("host="))
        return Path(folder, ".s.PGSQL.5432")

    def postgres_through(self, port: int) -> str:
        """The database at the other end of a cable."""
        account = urlsplit(self.postgres.url()).netloc.rpartition("@")[0]
        return f"postgresql://{account}@127.0.0.1:{port}/campaigns?sslmode=disable"

    def nats_target(self) -> tuple[str, int]:
        return "127.0.0.1", urlsplit(self.nats.url()).port or 0

    def nats_through(self, port: int) -> str:
        return f"nats://{self.nats.token}@127.0.0.1:{port}"


@contextmanager
def own_servers(
    folder: Path, settings: Mapping[str, str] | None = None, *, migrated: bool = True
) -> Iterator[OwnServers]:
    """Settings are PostgreSQL's. Both sync what they acknowledge, as in production."""
    with Home(folder / "servers") as home:
        postgres = EmbeddedPostgres(home, servers_account(), settings)
        nats = EmbeddedNats(home, servers_account())
        try:
            nats.start()
            postgres.start()
            if migrated:
                migrate(postgres.url())
            yield OwnServers(postgres, nats)
        finally:
            nats.stop()
            postgres.stop()
            postgres.remove_socket_directory()


@asynccontextmanager
async def serving(
    home: Path, settings: Mapping[str, str] | None = None, *, roles: str | None = None
) -> AsyncIterator[Serving]:
    """Ready when entered."""
    service = Serving(home, settings or {}, roles=roles)
    await service.start()
    try:
        await service.until_ready()
        yield service
    finally:
        await service.end()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that the servers' account can reach."""
    with tempfile.TemporaryDirectory(prefix="campaigns-chaos-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the caller's own configuration; loopback callers need no key."""
    ours = ("CAMPAIGN", "DB_", "NATS_", "DATABASE_", "SMTP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    fixed = {"CAMPAIGNS_HOME": str(home), "CAMPAIGNS_LOCAL_ACCESS": "true", "LOG_FORMAT": "json"}
    return kept | fixed | dict(settings)


async def _ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/health/ready") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def _is(command: Sequence[str], name: str) -> bool:
    if not command:
        return False
    if "--role" in command:
        return name in command[command.index("--role") + 1].split(",")
    return Path(command[0]).name == name

"""`campaigns serve` without anything set up: servers, schema, role processes, all in one process tree."""

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from campaigns.infrastructure.embedded.account import servers_account
from campaigns.infrastructure.embedded.home import Home
from campaigns.infrastructure.embedded.listening import address, listen
from campaigns.infrastructure.embedded.nats import EmbeddedNats
from campaigns.infrastructure.embedded.postgres import EmbeddedPostgres
from campaigns.infrastructure.embedded.role_process import RoleProcess
from campaigns.infrastructure.embedded.server import ServerFailedError, StartAbandonedError
from campaigns.infrastructure.embedded.supervisor import Report, Server, Supervisor
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.telemetry.metrics_directory import SHARED_DIRECTORY

API_ROLES = frozenset({"api", "tracking"})
_FIRST_ANSWER = 30.0
_RESERVED = 10 * 1024**3  # what the streams of one installation reserve, used or not


class Started(Struct, frozen=True, kw_only=True):
    """What a human wants to know once the first request has been answered."""

    url: str | None
    home: Path
    seconds: float


class Launch:
    """One run of the whole tree. `groups` are the role processes to start: the roles of each."""

    def __init__(
        self,
        settings: Settings,
        groups: Sequence[Sequence[str]],
        *,
        stopping: Callable[[], bool],
        report: Report,
        started: Callable[[Started], object],
        migrate: Callable[[str], object],
    ) -> None:
        self._settings = settings
        self._groups = groups
        self._stopping = stopping
        self._report = report
        self._started = started
        self._migrate = migrate
        self._environment: dict[str, str] = {"CAMPAIGNS_HOME": str(settings.home.absolute())}

    def run(self) -> None:
        """Blocks until `stopping`. Raises HomeInUseError, PortTakenError, ServerFailedError at start."""
        begun = time.monotonic()
        with ExitStack() as stack:
            url, sockets = self._bind(stack)
            servers = self._servers(stack)
            self._environment[SHARED_DIRECTORY] = stack.enter_context(TemporaryDirectory(prefix="campaigns-metrics-"))
            processes = [self._process(number, group, sockets) for number, group in enumerate(self._groups, 1)]
            supervisor = Supervisor(servers, processes, self._forgetting_gauges)
            stack.callback(supervisor.stop)
            try:
                self._begin(servers, processes, url)
            except StartAbandonedError:
                return
            self._started(Started(url=url, home=self._settings.home.absolute(), seconds=time.monotonic() - begun))
            supervisor.run(self._stopping)

    def _bind(self, stack: ExitStack) -> tuple[str | None, list[int]]:
        if not any(API_ROLES & set(group) for group in self._groups):
            return None, []
        listening = stack.enter_context(listen(self._settings.host, self._settings.port))
        self._environment["PORT"] = str(listening.getsockname()[1])
        return address(listening), [listening.fileno()]

    def _forgetting_gauges(self, event: str, **told: object) -> None:
        """What a process that ended had said of itself holds no longer; what it counted still does."""
        for file in Path(self._environment[SHARED_DIRECTORY]).glob(f"gauge_live*_{told.get('pid')}.db"):
            file.unlink(missing_ok=True)
        self._report(event, **told)

    def _servers(self, stack: ExitStack) -> list[Server]:
        """NATS comes first: it is up at once, and its address is part of what the role processes are told."""
        settings, servers = self._settings, list[Server]()
        if not (settings.embedded_database() or settings.embedded_nats()):
            return servers
        home, account = stack.enter_context(Home(settings.home)), servers_account(settings.run_as)
        if settings.embedded_nats():
            nats = EmbeddedNats(
                home, account, port=settings.embedded_nats_port or -1, max_file_store=_share_of_disk(home.path)
            )
            stack.callback(nats.stop)
            nats.start()
            self._environment["NATS_URL"] = nats.url()
            self._environment["NATS_INBOUND_STREAM"] = settings.nats_inbound_stream or f"{settings.nats_stream}_IN"
            servers.append(nats)
        if settings.embedded_database():
            postgres = EmbeddedPostgres(home, account, abandoned=self._stopping)
            stack.callback(postgres.stop)
            local = settings.local_access is not False
            self._environment |= {"DATABASE_URL": postgres.url(), "CAMPAIGNS_LOCAL_ACCESS": str(local).lower()}
            servers.append(postgres)
        return servers

    def _process(self, number: int, group: Sequence[str], sockets: Sequence[int]) -> RoleProcess:
        arguments = ["serve", "--supervised", "--role", ",".join(group)]
        mine = sockets if API_ROLES & set(group) else []
        for socket in mine:
            arguments += ["--socket", str(socket)]
        return RoleProcess(f"{number}:{'+'.join(group)}", arguments, self._environment, mine)

    def _begin(self, servers: Sequence[Server], processes: Sequence[RoleProcess], url: str | None) -> None:
        """The API imports while PostgreSQL starts; the others come once it answers, so as not to delay it."""
        first, rest = processes[:1], processes[1:]
        for process in first:
            process.prepare()
        for server in servers:
            if not server.running():
                server.start()
        self._migrate(self._environment.get("DATABASE_URL") or self._settings.database() or "")
        for process in first:
            process.start()
        if url is not None:
            self._await_answer(url, first)
        for process in rest:
            process.start()

    def _await_answer(self, url: str, processes: Sequence[RoleProcess]) -> None:
        end = time.monotonic() + _FIRST_ANSWER
        while time.monotonic() < end and all(process.running() for process in processes):
            if self._stopping():
                raise StartAbandonedError("api")
            if _answers(url):
                return
            time.sleep(0.02)
        raise ServerFailedError("the API did not come up; its log above says why")


def _answers(url: str) -> bool:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def _share_of_disk(path: Path) -> str:
    """Well under what is free: a full disk freezes a stream until restart, its own limit only refuses messages."""
    free = shutil.disk_usage(path).free
    return str(max(min(20 * 1024**3, free * 8 // 10), _RESERVED))


def groups_of(roles: Sequence[str] | None, workers: int) -> list[list[str]]:
    """Role processes of the whole service, or one with the roles that were named."""
    if roles:
        return [list(roles)]
    return [["api", "tracking"], *[["worker"]] * workers, ["scheduler"], ["relay", "projector", "consumer"]]

"""The REST shell over the real platform, served on a real socket; beside it a few routes that behave as told."""

import asyncio
import socket
import threading
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import uvicorn
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, PathParameter
from msgspec import Meta, field
from prometheus_client import CollectorRegistry

from campaigns.application.platform import catalogue
from campaigns.application.platform.commands.create_api_key import CreateApiKey, IssuedApiKey
from campaigns.application.platform.ports import Authenticator, Health, IdempotencyKeys, Probe
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import ConflictError, DependencyDownError, StaleVersionError
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.platform.tenants import OPERATOR
from campaigns.domain.shared.errors import InvalidError, LimitError, NotFoundError, RefusedError, Violation
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.platform import wiring
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Secret, Settings
from campaigns.infrastructure.system import SystemClock, TimeOrderedIds
from campaigns.interfaces.rest.app import Bounds, Routes, create_app
from campaigns.interfaces.rest.draining import Draining
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.routing import ROUTES
from campaigns.interfaces.rest.versions import versioned
from campaigns.interfaces.rest.wire import Body, Count, Limit, Name, Text, UtcInstant, View

REFUSALS: dict[str, Exception] = {
    "not-found": NotFoundError("There is no such errand"),
    "invalid": InvalidError("Rules are broken", (Violation("/name", "is dull"), Violation("/size", "is odd"))),
    "refused": RefusedError("An errand that ran cannot run again"),
    "limit": LimitError("No more than 5"),
    "conflict": ConflictError("changed meanwhile"),
    "stale": StaleVersionError("version 3 is not the present one, 4"),
    "down": DependencyDownError("rules-engine", "http://user:pass@10.0.0.7 refused the connection", 7),
    "fault": ZeroDivisionError("secret internals"),
}


RAN: list[uuid.UUID] = []


class Place(Body, frozen=True, kw_only=True):
    number: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    since: UtcInstant | None = None


class Errand(Body, frozen=True, kw_only=True):
    name: Name
    note: Text = ""
    size: Count = 0
    place: Place | None = None
    labels: dict[str, str] = field(default_factory=dict)


class Done(View, frozen=True, kw_only=True):
    name: str
    command_id: uuid.UUID
    version: int


class ErrandsController(Controller):
    """Remembers which command ids ran."""

    path = "/errands"
    ran = RAN

    @post("/", opt=needs(Scope.WRITE), operation_id="RunErrand")
    async def run(
        self, data: JSONBody[Errand], caller: NamedDependency[Caller], expected_version: NamedDependency[int | None]
    ) -> Response[Done]:
        self.ran.append(caller.command_id)
        done = Done(name=data.name, command_id=caller.command_id, version=expected_version or 1)
        return versioned(done, done.version, 201)

    @get("/{errand_id:uuid}", opt=needs(Scope.READ), operation_id="ShowErrand")
    async def show(self, errand_id: FromPath[uuid.UUID], limit: Limit = 10) -> dict[str, str]:
        return {"id": str(errand_id), "limit": str(limit)}


class TroublesController(Controller):
    """Refusals, a slow route and one that names no scope."""

    path = "/errands"
    ran = RAN
    gate = threading.Event()

    @post("/slow", opt=needs(Scope.WRITE), operation_id="RunSlowErrand")
    async def slow(self, caller: NamedDependency[Caller]) -> Done:
        self.ran.append(caller.command_id)
        while not self.gate.is_set():
            await asyncio.sleep(0.01)
        return Done(name="slow", command_id=caller.command_id, version=1)

    @post("/refusals/{kind:str}", opt=needs(Scope.WRITE), operation_id="Refuse")
    async def refuse(self, kind: FromPath[str], caller: NamedDependency[Caller]) -> None:
        self.ran.append(caller.command_id)
        raise REFUSALS[kind]

    @get("/unguarded/{name:str}", operation_id="Unguarded")
    async def unguarded(self, name: Annotated[str, PathParameter(max_length=9)]) -> str:
        return name


class Shell:
    """What `create_app` asks for, over one database."""

    def __init__(self, database_url: str, *, local: bool = False, probes: Mapping[str, Probe] | None = None) -> None:
        settings = Settings(database_url=Secret(database_url), local_access=local)
        self.clock, self.ids = SystemClock(), TimeOrderedIds()
        self.database = Database(database_url, tenant_connections=4, system_connections=4)
        self.composition = Composition()
        self.composition.instance(Settings, settings).instance(Database, self.database)
        self.composition.instance(Clock, self.clock).instance(Ids, self.ids)
        wiring.install(self.composition, settings)
        handlers = {**catalogue.COMMANDS, **catalogue.QUERIES}
        self.bus = Bus({message: self.composition.make(handler) for message, handler in handlers.items()})
        self.registry = CollectorRegistry()
        self.draining = Draining()
        self.probes = probes or {name: self.composition.resolve(kind) for name, kind in wiring.PROBES.items()}

    @property
    def authenticator(self) -> Authenticator:
        return self.composition.resolve(Authenticator)

    @property
    def idempotency_keys(self) -> IdempotencyKeys:
        return self.composition.resolve(IdempotencyKeys)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self.database:
            yield


class ServedShell:
    """The shell behind an address; `call` runs a coroutine on its loop."""

    def __init__(self, shell: Shell, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.shell = shell
        self.url = url
        self._loop = loop

    def call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def key(self, *scopes: Scope, tenant_id: str = OPERATOR, expires_at: datetime | None = None) -> str:
        caller = Caller(
            tenant_id=tenant_id,  # type: ignore[arg-type]
            principal="test",
            scopes=frozenset(Scope),
            command_id=self.shell.ids.new(),
            correlation_id="test",
        )
        issued: IssuedApiKey = self.call(
            self.shell.bus(
                CreateApiKey(caller=caller, name="test", scopes=frozenset(scopes or Scope), expires_at=expires_at)
            )
        )
        return issued.key

    def client(self, key: str | None = None, **headers: str) -> httpx.Client:
        given = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers={**given, **headers}, timeout=20, trust_env=False)


EVERY_ROUTE: Routes = {**ROUTES, "errands": [ErrandsController, TroublesController]}
WORKING_ROUTES: Routes = {"platform": ROUTES["platform"], "errands": [ErrandsController]}
"""Those whose use cases the shell has."""


@contextmanager
def served(shell: Shell, routes: Routes = EVERY_ROUTE, bounds: Bounds = Bounds()) -> Iterator[ServedShell]:  # noqa: B008
    """Uvicorn in a thread with a loop of its own."""
    app = create_app(shell, routes, bounds)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", http="httptools"))
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve([listening])), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server ended before it started"
            thread.join(0.01)
        try:
            yield ServedShell(shell, f"http://127.0.0.1:{listening.getsockname()[1]}", loop)
        finally:
            server.should_exit = True
            thread.join(20)
            loop.close()


class Says:
    """A probe that answers as told."""

    def __init__(self, *, ok: bool, detail: str = "") -> None:
        self.health = Health(ok=ok, detail=detail)

    async def __call__(self) -> Health:
        return self.health


def instant() -> datetime:
    return datetime.now(UTC)

"""Puts the service together, once, at start. The only module that sees every layer."""

import importlib
import importlib.util
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from types import ModuleType
from typing import Any
from uuid import uuid4

from msgspec import Struct
from prometheus_client import CollectorRegistry

from campaigns.application.platform.ports import Authenticator, IdempotencyKeys, Probe
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.middleware import Measures, answered_again, claims_translated, measured
from campaigns.application.shared.ports import Clock, Ids
from campaigns.application.shared.published import WireNames
from campaigns.application.shared.retrying import decided_again
from campaigns.application.shared.runnable import Runnable, Together
from campaigns.infrastructure.composing import Composition, CompositionError
from campaigns.infrastructure.eventstore import EventLog, Follower, News, Topics
from campaigns.infrastructure.eventstore.reacting import Reactions
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.leases import Lease
from campaigns.infrastructure.postgres.single_role import SingleRole
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.system import SystemClock, SystemJitter, TimeOrderedIds

CONTEXTS = ("platform", "campaign", "audience", "delivery", "analytics")
SINGLE_ROLES = {"scheduler", "relay", "projector"}  # one process does them, its replicas stand by
_LEASE = 6.0  # seconds without a scheduler after one was killed
WIRED = ("telemetry", *CONTEXTS, "nats")


class Services(Struct, frozen=True, kw_only=True):
    """The composed service. Nothing is open until `running()` is entered."""

    bus: Bus
    clock: Clock
    ids: Ids
    database: Database
    events: EventLog
    composition: Composition
    probes: Mapping[str, Probe]
    roles: Mapping[str, Sequence[Runnable]]
    lifetimes: Sequence[AbstractAsyncContextManager[Any]]

    @property
    def authenticator(self) -> Authenticator:
        found: Authenticator = self.composition.resolve(Authenticator)
        return found

    @property
    def idempotency_keys(self) -> IdempotencyKeys:
        found: IdempotencyKeys = self.composition.resolve(IdempotencyKeys)
        return found

    @property
    def registry(self) -> CollectorRegistry:
        found: CollectorRegistry = self.composition.resolve(CollectorRegistry)
        return found

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Opens pools, connections and threads in their order; closes them in reverse."""
        async with AsyncExitStack() as stack:
            for lifetime in self.lifetimes:
                await stack.enter_async_context(lifetime)
            yield


def compose(settings: Settings) -> Services:
    """Everything resolved and nothing opened: what is missing is missing now, not at the first request."""
    url = settings.database()
    if url is None:
        raise CompositionError("no database is configured: start the embedded one and pass its address in the settings")
    wirings = [module for module in (_module(f"infrastructure.{name}.wiring") for name in WIRED) if module]
    catalogues = [module for module in (_module(f"application.{name}.catalogue") for name in CONTEXTS) if module]
    composition = _shared(settings, url, wirings)
    for wiring in wirings:
        wiring.install(composition, settings)
    bus = _bus(composition, catalogues)
    composition.instance(Bus, bus)
    roles = _roles(composition, wirings, catalogues)
    return Services(
        bus=bus,
        clock=composition.resolve(Clock),
        ids=composition.resolve(Ids),
        database=composition.resolve(Database),
        events=composition.resolve(EventLog),
        composition=composition,
        probes={name: composition.resolve(kind) for name, kind in _merged(wirings, "PROBES").items()},
        roles=roles,
        lifetimes=_lifetimes(composition, wirings),
    )


def _shared(settings: Settings, url: str, wirings: Iterable[ModuleType]) -> Composition:
    clock, size = SystemClock(), settings.database_pool_size // 2
    database = Database(url, tenant_connections=max(size, 1), system_connections=max(size, 1))
    composition = Composition()
    composition.instance(Settings, settings).instance(Clock, clock).instance(Ids, TimeOrderedIds())
    composition.instance(Database, database).instance(EventLog, EventLog(url, clock)).instance(News, News(database))
    composition.instance(Topics, Topics.merged(*(wiring.TOPICS for wiring in wirings if hasattr(wiring, "TOPICS"))))
    composition.instance(WireNames, WireNames(published_catalogues()))
    return composition


def published_catalogues() -> list[Any]:
    """Every context's PUBLISHED."""
    modules = (_module(f"application.{name}.published") for name in CONTEXTS)
    return [module.PUBLISHED for module in modules if module]


def translations() -> list[Callable[[Any], Any]]:
    """Every context's `translate`."""
    modules = (_module(f"infrastructure.{name}.publishing") for name in CONTEXTS)
    return [module.translate for module in modules if module]


def _bus(composition: Composition, catalogues: Iterable[ModuleType]) -> Bus:
    handlers: dict[type, Any] = {}
    refusals: dict[str, Any] = {}
    for catalogue in catalogues:
        for message, handler in {**catalogue.COMMANDS, **catalogue.QUERIES}.items():
            handlers[message] = composition.make(handler)
        refusals |= getattr(catalogue, "CLAIM_REFUSALS", {})
    middleware = (
        measured(composition.resolve(Measures)),
        answered_again(composition.resolve(EventLog)),
        claims_translated(refusals),
        decided_again(SystemJitter()),
    )
    return Bus(handlers, middleware)


def _roles(
    composition: Composition, wirings: Iterable[ModuleType], catalogues: Iterable[ModuleType]
) -> dict[str, list[Runnable]]:
    roles: dict[str, list[Runnable]] = {"projector": _reacting(composition, catalogues)}
    for wiring in wirings:
        for role, kinds in getattr(wiring, "ROLES", {}).items():
            roles.setdefault(role, []).extend(composition.resolve(kind) for kind in kinds)
    holder = f"{socket.gethostname()}:{uuid4().hex[:8]}"
    for role in SINGLE_ROLES & roles.keys():
        lease = Lease(composition.resolve(Database), role, holder, seconds=_LEASE)
        roles[role] = [SingleRole(lease, Together(roles[role]))]
    for runnables in roles.values():
        runnables.append(composition.resolve(News))
    return roles


def _reacting(composition: Composition, catalogues: Iterable[ModuleType]) -> list[Runnable]:
    """One follower for each context that reacts to another's news."""
    found: list[Runnable] = []
    for catalogue in catalogues:
        reactions = {
            news: [composition.make(kind) for kind in kinds]
            for news, kinds in getattr(catalogue, "REACTIONS", {}).items()
        }
        if reactions:
            name = catalogue.__name__.split(".")[-2]
            reacting = Reactions(composition.resolve(EventLog), composition.resolve(Bus), translations(), reactions)
            found.append(
                Follower(
                    composition.resolve(Database),
                    composition.resolve(News),
                    composition.resolve(Topics),
                    name=f"reactions:{name}",
                    handle=reacting.handle,
                    batch=50,
                )
            )
    return found


def _lifetimes(composition: Composition, wirings: Iterable[ModuleType]) -> list[AbstractAsyncContextManager[Any]]:
    kinds = [Database, EventLog, *(kind for wiring in wirings for kind in getattr(wiring, "LIFETIMES", ()))]
    return [composition.resolve(kind) for kind in kinds]


def _merged(wirings: Iterable[ModuleType], name: str) -> dict[str, Any]:
    return {key: value for wiring in wirings for key, value in getattr(wiring, name, {}).items()}


def _module(name: str) -> ModuleType | None:
    full = f"campaigns.{name}"
    return importlib.import_module(full) if importlib.util.find_spec(full) else None

"""The services of one process: made of the wirings and catalogues that it runs, opened and closed together."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from msgspec import Struct

from campaigns.application.platform.ports import Authenticator, IdempotencyKeys, Probe
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.middleware import Measures, answered_again, claims_translated, measured
from campaigns.application.shared.ports import Clock, Ids, Pulse
from campaigns.application.shared.retrying import decided_again
from campaigns.application.shared.runnable import Runnable
from campaigns.infrastructure.composing import Composition, CompositionError
from campaigns.infrastructure.eventstore import EventLog, News
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.system import SystemClock, SystemJitter, TimeOrderedIds
from campaigns.infrastructure.telemetry.commits import PrometheusCommits
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.telemetry.process_watch import ProcessWatch
from campaigns.infrastructure.telemetry.wiring import install_instruments

Parts = Sequence[Any]
"""Modules: wirings (`install`, `ROLES`, `LIFETIMES`, `PROBES`, `glances`) or catalogues (`COMMANDS`, `QUERIES`)."""


class Services(Struct, frozen=True, kw_only=True):
    """The composed service. Nothing is open until `running()` is entered, once."""

    bus: Bus
    clock: Clock
    ids: Ids
    database: Database
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

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Opens pools, connections and threads in their order; closes them in reverse."""
        async with AsyncExitStack() as stack:
            for lifetime in self.lifetimes:
                await stack.enter_async_context(lifetime)
            yield


def founded(settings: Settings) -> Composition:
    """What every process stands on: settings, time, the database, the log of events and its news, measures."""
    url = settings.database()
    if url is None:
        raise CompositionError("no database is configured: start the embedded one and pass its address in the settings")
    clock, size = SystemClock(), max(settings.database_pool_size // 2, 1)
    idle = settings.database_idle_seconds
    database = Database(url, tenant_connections=size, system_connections=size, idle_seconds=idle)
    news = News(database)
    composition = Composition()
    instruments = install_instruments(composition)
    event_log = EventLog(url, clock, commits=PrometheusCommits(instruments), idle_seconds=idle)
    composition.instance(Settings, settings).instance(Clock, clock).instance(Ids, TimeOrderedIds())
    composition.instance(Database, database).instance(EventLog, event_log)
    return composition.instance(News, news).instance(Pulse, news)


def install_bus(composition: Composition, catalogues: Parts) -> Bus:
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
    bus = Bus(handlers, middleware)
    composition.instance(Bus, bus)
    return bus


def runnables_of(composition: Composition, wirings: Parts, role: str) -> list[Runnable]:
    """What the wirings have to run in a role."""
    kinds = [kind for offered, kinds in _offered(wirings, "ROLES") if offered == role for kind in kinds]
    return [composition.resolve(kind) for kind in kinds]


def services_of(composition: Composition, wirings: Parts, roles: Mapping[str, Iterable[Runnable]]) -> Services:
    """Beside each role the process hears the news and watches itself."""
    probes = {name: composition.resolve(kind) for name, kind in _offered(wirings, "PROBES")}
    beside = (composition.resolve(News), _process_watch(composition, wirings, probes))
    return Services(
        bus=composition.resolve(Bus),
        clock=composition.resolve(Clock),
        ids=composition.resolve(Ids),
        database=composition.resolve(Database),
        composition=composition,
        probes=probes,
        roles={role: [*runnables, *beside] for role, runnables in roles.items()},
        lifetimes=_lifetimes(composition, wirings),
    )


def _process_watch(composition: Composition, wirings: Parts, probes: Mapping[str, Probe]) -> ProcessWatch:
    resolve = composition.resolve
    watch = ProcessWatch(resolve(Database), resolve(Instruments), probes, resolve(Settings).home)
    for wiring in wirings:
        for glance in getattr(wiring, "glances", lambda _: ())(composition):
            watch.also(glance)
    return watch


def _lifetimes(composition: Composition, wirings: Parts) -> list[AbstractAsyncContextManager[Any]]:
    kinds = [Database, EventLog, *(kind for wiring in wirings for kind in getattr(wiring, "LIFETIMES", ()))]
    return [composition.resolve(kind) for kind in kinds]


def _offered(wirings: Parts, name: str) -> list[tuple[str, Any]]:
    """What the wirings say under this name, in their order."""
    return [item for wiring in wirings for item in getattr(wiring, name, {}).items()]

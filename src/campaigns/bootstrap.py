"""Puts the service together, once, at start."""

import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from msgspec import Struct

from campaigns.application.analytics import catalogue as analytics
from campaigns.application.analytics import published as analytics_news
from campaigns.application.audience import catalogue as audience
from campaigns.application.campaign import catalogue as campaign
from campaigns.application.campaign import published as campaign_news
from campaigns.application.delivery import catalogue as delivery
from campaigns.application.delivery import published as delivery_news
from campaigns.application.platform import catalogue as platform
from campaigns.application.platform.ports import Authenticator, IdempotencyKeys, Probe
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.consuming import Inbox, Taking
from campaigns.application.shared.middleware import Measures, answered_again, claims_translated, measured
from campaigns.application.shared.ports import Clock, Ids, Pulse
from campaigns.application.shared.published import PublishedCatalogue, WireNames
from campaigns.application.shared.retrying import decided_again
from campaigns.application.shared.runnable import Runnable, Together
from campaigns.application.trigger import catalogue as trigger
from campaigns.infrastructure.analytics import wiring as analytics_wiring
from campaigns.infrastructure.audience import wiring as audience_wiring
from campaigns.infrastructure.campaign import publishing as campaign_publishing
from campaigns.infrastructure.campaign import wiring as campaign_wiring
from campaigns.infrastructure.composing import Composition, CompositionError
from campaigns.infrastructure.delivery import publishing as delivery_publishing
from campaigns.infrastructure.delivery import wiring as delivery_wiring
from campaigns.infrastructure.eventstore import EventLog, Follower, News, Topics
from campaigns.infrastructure.eventstore.reacting import Reactions
from campaigns.infrastructure.eventstore.translating import Translations
from campaigns.infrastructure.nats import wiring as nats_wiring
from campaigns.infrastructure.nats.takings import Takings
from campaigns.infrastructure.platform import wiring as platform_wiring
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.leases import Lease
from campaigns.infrastructure.postgres.single_role import SingleRole
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.system import SystemClock, SystemJitter, TimeOrderedIds
from campaigns.infrastructure.telemetry import definitions
from campaigns.infrastructure.telemetry import wiring as telemetry_wiring
from campaigns.infrastructure.telemetry.commits import PrometheusCommits
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.telemetry.process_watch import ProcessWatch
from campaigns.infrastructure.trigger import wiring as trigger_wiring
from campaigns.interfaces.nats.subscriptions import SUBSCRIPTIONS
from campaigns.interfaces.nats.taking import SubjectTaking

SINGLE_ROLES = {"scheduler", "relay", "projector"}  # one process does them, its replicas stand by
_LEASE = 6.0  # seconds without a scheduler after one was killed

_CATALOGUES: Mapping[str, Any] = {
    "platform": platform,
    "campaign": campaign,
    "audience": audience,
    "trigger": trigger,
    "delivery": delivery,
    "analytics": analytics,
}
_WIRINGS: Sequence[Any] = (
    telemetry_wiring,
    platform_wiring,
    campaign_wiring,
    audience_wiring,
    trigger_wiring,
    delivery_wiring,
    analytics_wiring,
    nats_wiring,
)
_TRANSLATIONS = Translations([campaign_publishing.translate, delivery_publishing.translate])


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


def published_catalogues() -> Sequence[PublishedCatalogue]:
    """What each context tells the world."""
    return (campaign_news.PUBLISHED, delivery_news.PUBLISHED, analytics_news.PUBLISHED)


def compose(settings: Settings) -> Services:
    """Everything resolved and nothing opened: what is missing is missing now, not at the first request."""
    composition = _shared(settings)
    for wiring in _WIRINGS:
        wiring.install(composition, settings)
    bus = _bus(composition)
    composition.instance(Bus, bus)
    composition.resolve(Takings).connect(_takings(composition, bus, settings))
    probes = {name: composition.resolve(kind) for name, kind in _offered("PROBES")}
    _watch_process(composition, settings, probes)
    return Services(
        bus=bus,
        clock=composition.resolve(Clock),
        ids=composition.resolve(Ids),
        database=composition.resolve(Database),
        composition=composition,
        probes=probes,
        roles=_roles(composition),
        lifetimes=_lifetimes(composition),
    )


def _shared(settings: Settings) -> Composition:
    url = settings.database()
    if url is None:
        raise CompositionError("no database is configured: start the embedded one and pass its address in the settings")
    clock, size = SystemClock(), max(settings.database_pool_size // 2, 1)
    database = Database(url, tenant_connections=size, system_connections=size)
    news = News(database)
    composition = Composition()
    instruments = telemetry_wiring.install_instruments(composition)
    event_log = EventLog(url, clock, commits=PrometheusCommits(instruments))
    composition.instance(Settings, settings).instance(Clock, clock).instance(Ids, TimeOrderedIds())
    composition.instance(Database, database).instance(EventLog, event_log)
    composition.instance(News, news).instance(Pulse, news)
    tables = [wiring.TOPICS for wiring in _WIRINGS if hasattr(wiring, "TOPICS")]
    composition.instance(Topics, Topics.merged(*tables)).instance(WireNames, WireNames(published_catalogues()))
    return composition.instance(Translations, _TRANSLATIONS)


def _watch_process(composition: Composition, settings: Settings, probes: Mapping[str, Probe]) -> None:
    resolve = composition.resolve
    watch = ProcessWatch(resolve(Database), resolve(Instruments), probes, settings.home)
    for wiring in _WIRINGS:
        for glance in getattr(wiring, "glances", lambda _: ())(composition):
            watch.also(glance)
    composition.instance(ProcessWatch, watch)


def _bus(composition: Composition) -> Bus:
    handlers: dict[type, Any] = {}
    refusals: dict[str, Any] = {}
    for catalogue in _CATALOGUES.values():
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


def _takings(composition: Composition, bus: Bus, settings: Settings) -> dict[str, Taking]:
    """By the pattern of the consumed subject."""
    inbox, clock = composition.resolve(Inbox), composition.resolve(Clock)
    memory = timedelta(days=settings.inbox_retention_days)
    return {
        pattern: SubjectTaking(subscription, bus, inbox, clock, memory)
        for subscription in SUBSCRIPTIONS
        for pattern in subscription.subjects
    }


def _roles(composition: Composition) -> dict[str, list[Runnable]]:
    roles: dict[str, list[Runnable]] = {"projector": _reacting(composition)}
    for role, kinds in _offered("ROLES"):
        roles.setdefault(role, []).extend(composition.resolve(kind) for kind in kinds)
    losses = composition.resolve(Instruments).counter(definitions.LEASE_LOSSES)
    holder = f"{socket.gethostname()}:{uuid4().hex[:8]}"
    for role in SINGLE_ROLES & roles.keys():
        lease = Lease(composition.resolve(Database), role, holder, seconds=_LEASE)
        roles[role] = [SingleRole(lease, Together(roles[role]), lost=losses.labels(role).inc)]
    for runnables in roles.values():
        runnables += [composition.resolve(News), composition.resolve(ProcessWatch)]
    return roles


def _reacting(composition: Composition) -> list[Runnable]:
    """One follower for each context that reacts to another's news."""
    found: list[Runnable] = []
    log, bus = composition.resolve(EventLog), composition.resolve(Bus)
    for name, catalogue in _CATALOGUES.items():
        offered = getattr(catalogue, "REACTIONS", {})
        reactions = {news: [composition.make(kind) for kind in kinds] for news, kinds in offered.items()}
        if reactions:
            handle = Reactions(log, bus, _TRANSLATIONS, reactions).handle
            found.append(_follower(composition, f"reactions:{name}", handle))
    return found


def _follower(composition: Composition, name: str, handle: Any) -> Follower:
    return Follower(
        composition.resolve(Database),
        composition.resolve(News),
        composition.resolve(Topics),
        name=name,
        handle=handle,
        batch=50,
    )


def _lifetimes(composition: Composition) -> list[AbstractAsyncContextManager[Any]]:
    kinds = [Database, EventLog, *(kind for wiring in _WIRINGS for kind in getattr(wiring, "LIFETIMES", ()))]
    return [composition.resolve(kind) for kind in kinds]


def _offered(name: str) -> list[tuple[str, Any]]:
    """What the wirings say under this name, in their order."""
    return [item for wiring in _WIRINGS for item in getattr(wiring, name, {}).items()]

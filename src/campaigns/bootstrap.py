"""Puts the whole service together, once, at start."""

import socket
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from campaigns.application.analytics import catalogue as analytics
from campaigns.application.analytics import published as analytics_news
from campaigns.application.audience import catalogue as audience
from campaigns.application.audience import published as audience_news
from campaigns.application.campaign import catalogue as campaign
from campaigns.application.campaign import published as campaign_news
from campaigns.application.delivery import catalogue as delivery
from campaigns.application.delivery import published as delivery_news
from campaigns.application.platform import catalogue as platform
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.consuming import Inbox, Taking
from campaigns.application.shared.ports import Clock
from campaigns.application.shared.published import PublishedCatalogue, WireNames
from campaigns.application.shared.runnable import Runnable, Together
from campaigns.application.trigger import catalogue as trigger
from campaigns.infrastructure.analytics import wiring as analytics_wiring
from campaigns.infrastructure.audience import publishing as audience_publishing
from campaigns.infrastructure.audience import wiring as audience_wiring
from campaigns.infrastructure.campaign import publishing as campaign_publishing
from campaigns.infrastructure.campaign import wiring as campaign_wiring
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery import publishing as delivery_publishing
from campaigns.infrastructure.delivery import wiring as delivery_wiring
from campaigns.infrastructure.eventstore import EventLog, Follower, News, Topics
from campaigns.infrastructure.eventstore.reacting import Reactions
from campaigns.infrastructure.eventstore.translating import Translations
from campaigns.infrastructure.nats import wiring as nats_wiring
from campaigns.infrastructure.nats.takings import Takings
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.leases import Lease
from campaigns.infrastructure.postgres.single_role import SingleRole
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.telemetry import definitions
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.trigger import wiring as trigger_wiring
from campaigns.interfaces.nats.subscriptions import SUBSCRIPTIONS
from campaigns.interfaces.nats.taking import SubjectTaking
from campaigns.services import Services, founded, install_bus, runnables_of, services_of
from campaigns.worker import WIRINGS as SENDING

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
    *SENDING,
    campaign_wiring,
    audience_wiring,
    trigger_wiring,
    delivery_wiring,
    analytics_wiring,
    nats_wiring,
)
_TRANSLATIONS = Translations(
    [campaign_publishing.translate, delivery_publishing.translate, audience_publishing.translate]
)


def published_catalogues() -> Sequence[PublishedCatalogue]:
    """What each context tells the world."""
    return (campaign_news.PUBLISHED, delivery_news.PUBLISHED, audience_news.PUBLISHED, analytics_news.PUBLISHED)


def compose(settings: Settings) -> Services:
    """Everything resolved and nothing opened: what is missing is missing now, not at the first request."""
    composition = founded(settings)
    tables = [wiring.TOPICS for wiring in _WIRINGS if hasattr(wiring, "TOPICS")]
    composition.instance(Topics, Topics.merged(*tables)).instance(WireNames, WireNames(published_catalogues()))
    composition.instance(Translations, _TRANSLATIONS)
    for wiring in _WIRINGS:
        wiring.install(composition, settings)
    bus = install_bus(composition, list(_CATALOGUES.values()))
    composition.resolve(Takings).connect(_takings(composition, bus, settings))
    return services_of(composition, _WIRINGS, _roles(composition))


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
    offered = {role for wiring in _WIRINGS for role in getattr(wiring, "ROLES", {})}
    roles = {role: runnables_of(composition, _WIRINGS, role) for role in offered}
    roles["projector"] += _reacting(composition)
    losses = composition.resolve(Instruments).counter(definitions.LEASE_LOSSES)
    holder = f"{socket.gethostname()}:{uuid4().hex[:8]}"
    for role in SINGLE_ROLES & roles.keys():
        lease = Lease(composition.resolve(Database), role, holder, seconds=_LEASE)
        roles[role] = [SingleRole(lease, Together(roles[role]), lost=losses.labels(role).inc)]
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

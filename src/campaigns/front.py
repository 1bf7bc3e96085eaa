"""The one HTTP application of a process: REST, tracking and operations by path, over services that are open."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct
from prometheus_client import CollectorRegistry

from campaigns.application.analytics.commands.unsubscribe_recipient import UnsubscribeRecipientHandler
from campaigns.application.analytics.ports import LinkTargets, TouchLog
from campaigns.application.platform.ports import Authenticator, IdempotencyKeys, Probe
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.analytics.tokens import TrackingKeys, TrackingTokens
from campaigns.infrastructure.settings import Settings
from campaigns.interfaces.rest.app import Bounds, create_app
from campaigns.interfaces.rest.draining import Draining
from campaigns.interfaces.rest.openapi import openapi_document
from campaigns.interfaces.rest.quotas import Quota
from campaigns.interfaces.rest.routing import ROUTES
from campaigns.interfaces.tracking.app import PATH, TrackingApp
from campaigns.interfaces.tracking.visitors import Visitors
from campaigns.services import Services

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]


class OpenServices(Struct, frozen=True, kw_only=True):
    """What REST asks for, taken from services that this process has opened and will close itself."""

    bus: Bus
    clock: Clock
    ids: Ids
    authenticator: Authenticator
    idempotency_keys: IdempotencyKeys
    registry: CollectorRegistry
    draining: Draining
    probes: Mapping[str, Probe]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield


def front(services: Services, roles: Collection[str], draining: Draining) -> ASGIApp:
    """Health and metrics always; the API and tracking as the roles say."""
    routes = ROUTES if "api" in roles else {}
    settings = services.composition.resolve(Settings)
    rest = create_app(_open(services, draining), routes, _bounds(settings), settings.event_terms())
    return _by_path(rest, tracking_app(services)) if "tracking" in roles else rest


def described_api(services: Services) -> dict[str, Any]:
    """The OpenAPI document of the API, without opening anything."""
    return openapi_document(create_app(_open(services, Draining()), ROUTES))


def tracking_app(services: Services) -> TrackingApp:
    resolve = services.composition.resolve
    return TrackingApp(
        tokens=resolve(TrackingTokens),
        links=resolve(LinkTargets),
        touches=resolve(TouchLog),
        # Not over the bus: whose tenant it is, and so who the caller would be, only the token's message can tell.
        unsubscribe=services.composition.make(UnsubscribeRecipientHandler),
        visitors=Visitors(_visitor_secret(resolve(TrackingKeys))),
        clock=services.clock,
        ids=services.ids,
    )


def _visitor_secret(keys: TrackingKeys) -> bytes:
    """A key of its own, so that a hash of an address says nothing about a token."""
    return hmac.digest(keys.secrets[keys.current], b"visitors", "sha256")


def _open(services: Services, draining: Draining) -> OpenServices:
    return OpenServices(
        bus=services.bus,
        clock=services.clock,
        ids=services.ids,
        authenticator=services.authenticator,
        idempotency_keys=services.idempotency_keys,
        registry=services.composition.resolve(CollectorRegistry),
        draining=draining,
        probes=services.probes,
    )


def _bounds(settings: Settings) -> Bounds:
    quota = Quota(settings.requests_per_minute, 60)
    return Bounds(quota=quota, at_once=settings.requests_at_once, body_bytes=settings.max_body_bytes)


def _by_path(rest: Any, tracking: Any) -> ASGIApp:
    async def dispatch(scope: Any, receive: Any, send: Any) -> None:
        mine = scope["type"] == "http" and scope["path"].startswith(PATH)
        await (tracking if mine else rest)(scope, receive, send)

    return dispatch

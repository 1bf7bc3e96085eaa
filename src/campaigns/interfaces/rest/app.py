"""The REST application: routes, identity, errors and documents put together."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.routes import HTTPRoute
from litestar.types import (
    ASGIApp,
    ControllerRouterHandler,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    Scope,
    Send,
)
from msgspec import Struct

from campaigns.application.shared.event_terms import EventTerms
from campaigns.interfaces.rest.access import AccessLog
from campaigns.interfaces.rest.admission import Admission
from campaigns.interfaces.rest.description import described
from campaigns.interfaces.rest.draining import draining_on_sigterm
from campaigns.interfaces.rest.entrance import Entrance
from campaigns.interfaces.rest.envelope import Envelope
from campaigns.interfaces.rest.feed.contract import EventContract
from campaigns.interfaces.rest.head import BESIDE_GET, as_get
from campaigns.interfaces.rest.health import Probes
from campaigns.interfaces.rest.idempotency import Idempotency
from campaigns.interfaces.rest.identity import Authentication, caller_of
from campaigns.interfaces.rest.json_body import JsonRequest
from campaigns.interfaces.rest.parameters import note_parameters
from campaigns.interfaces.rest.problems import EXCEPTION_HANDLERS
from campaigns.interfaces.rest.quotas import Quota
from campaigns.interfaces.rest.rate_limits import RateLimits
from campaigns.interfaces.rest.room import Room
from campaigns.interfaces.rest.routing import API, OPERATIONS, ROUTES
from campaigns.interfaces.rest.services import RestServices
from campaigns.interfaces.rest.versions import expected_version

Routes = Mapping[str, Sequence[ControllerRouterHandler]]


class Bounds(Struct, frozen=True, kw_only=True):
    """How much one process takes on: a principal's quota, requests at once, and how many wait how long (seconds)."""

    quota: Quota = Quota(60_000, 60)
    at_once: int = 64
    waiting: int = 1_000
    patience: float = 1.0
    body_bytes: int = 10_000_000  # a route that takes more (an upload) says so with `request_max_body_size`

    def room(self) -> Room:
        return Room(self.at_once, queue=self.waiting, patience=self.patience)


class RestApp(Litestar):
    """Litestar inside our outermost layers, which see every request, also those no route matches."""

    outermost: ASGIApp

    async def __call__(
        self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        elif scope.get("method") in BESIDE_GET:
            await self.outermost(*as_get(scope, receive, send))  # type: ignore[arg-type]
        else:
            await self.outermost(scope, receive, send)  # type: ignore[arg-type]

    async def routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request as Litestar handles it."""
        await super().__call__(scope, receive, send)


def create_app(
    services: RestServices,
    routes: Routes = ROUTES,
    bounds: Bounds = Bounds(),  # noqa: B008 - frozen
    terms: EventTerms = EventTerms(),  # noqa: B008 - frozen
) -> RestApp:
    """The application over composed services; `routes` are handlers by context."""
    by_context = [Router(API, route_handlers=list(handlers), tags=[name]) for name, handlers in routes.items()]
    app = RestApp(
        route_handlers=[*by_context, *OPERATIONS],
        dependencies=_dependencies(services, terms),
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[_running(services)],
        logging_config=None,
        middleware=[_entrance(services, bounds)],
        openapi_config=described(),
        request_class=JsonRequest,
        request_max_body_size=bounds.body_bytes,
        state=State({"bus": services.bus}),
    )
    _resolve_in_turn(app)
    note_parameters(app)
    measured = AccessLog(Admission(app.routed, bounds.room()), services.registry)
    app.outermost = Envelope(measured, services.ids.new)
    return app


def _entrance(services: RestServices, bounds: Bounds) -> Entrance:
    return Entrance(
        Authentication(services.authenticator, services.ids),
        RateLimits(bounds.quota),
        Idempotency(services.idempotency_keys, services.clock),
    )


def _resolve_in_turn(app: Litestar) -> None:
    """Our dependencies wait for nothing: a task of its own for each of them only costs time."""
    models = [
        model for route in app.routes if isinstance(route, HTTPRoute) for _, model in route.route_handler_map.values()
    ]
    for model in models:
        model.dependency_batches = [{dependency} for batch in model.dependency_batches for dependency in batch]


def _running(services: RestServices) -> Any:
    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        async with services.running():
            with draining_on_sigterm(services.draining):
                yield

    return running


def _dependencies(services: RestServices, terms: EventTerms) -> dict[str, Provide]:
    given = {
        "bus": services.bus,
        "contract": EventContract(terms),
        "draining": services.draining,
        "probes": Probes(services.probes),
        "registry": services.registry,
    }
    return {
        "caller": Provide(caller_of),
        "expected_version": Provide(expected_version),
        **{name: Provide(_always(service), sync_to_thread=False) for name, service in given.items()},
    }


def _always(service: Any) -> Any:
    def given() -> Any:
        return service

    return given

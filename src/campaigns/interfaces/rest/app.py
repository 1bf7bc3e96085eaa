"""The REST application: routes, identity, errors and documents put together."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from litestar import Litestar, Router
from litestar.di import Provide
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

from campaigns.application.shared.bus import Bus
from campaigns.interfaces.rest.correlation import with_correlation
from campaigns.interfaces.rest.guards import guard_by_scope
from campaigns.interfaces.rest.identity import Authentication, caller_of
from campaigns.interfaces.rest.json_body import JsonRequest
from campaigns.interfaces.rest.problems import EXCEPTION_HANDLERS
from campaigns.interfaces.rest.routing import API, ROUTES
from campaigns.interfaces.rest.services import RestServices
from campaigns.interfaces.rest.versions import expected_version

MAX_BODY = 10_000_000


class RestApp(Litestar):
    """Litestar inside our outermost layers, which see every request, also those no route matches."""

    edge: ASGIApp

    async def __call__(
        self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        else:
            await self.edge(scope, receive, send)  # type: ignore[arg-type]

    async def inner(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request as Litestar handles it."""
        await super().__call__(scope, receive, send)


def create_app(services: RestServices, routes: Mapping[str, Sequence[ControllerRouterHandler]] = ROUTES) -> RestApp:
    """The application over composed services; `routes` are handlers by context."""

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        async with services.running():
            yield

    async def bus() -> Bus:
        return services.bus

    app = RestApp(
        route_handlers=[
            Router(API, route_handlers=list(handlers), tags=[context]) for context, handlers in routes.items()
        ],
        dependencies={
            "bus": Provide(bus, use_cache=True),
            "caller": Provide(caller_of),
            "expected_version": Provide(expected_version),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        guards=[guard_by_scope],
        lifespan=[running],
        logging_config=None,
        middleware=[Authentication(services.authenticator, services.ids)],
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY,
    )
    app.edge = with_correlation(app.inner, services.ids.new)
    return app

"""A short way to routes whose arguments stand in the request as it came.

The framework finds arguments by models, dependencies and conversions. For a command without a body that costs as much
as carrying it out, so such a route says how to read what it needs. Its function is the same on either way.
"""

from collections.abc import Callable
from typing import Any

from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from campaigns.interfaces.rest.guards import Options
from campaigns.interfaces.rest.sent_headers import SentHeaders
from campaigns.interfaces.rest.versions import VersionedResponse

Reading = Callable[[Scope, SentHeaders], dict[str, Any]]
"""The arguments of a route, by name; raises what the route itself would."""
_READING = "reading"


def by_short_way(reading: Reading) -> Options:
    """Beside `needs(…)`, for a route that answers with `versioned`; whatever else it takes must have a default."""
    return {_READING: reading}


class ShortWay:
    """Stands before a route and calls its function itself, where it can: a request with a body goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, headers: SentHeaders, receive: Receive, send: Send) -> None:
        handler = scope["route_handler"]
        reading: Reading | None = handler.opt.get(_READING)
        if reading is None or not isinstance(handler, HTTPRouteHandler) or _has_body(headers):
            await self._app(scope, receive, send)
            return
        response: VersionedResponse[Any] = await handler.fn(**reading(scope, headers))
        await response.written()(scope, receive, send)


def _has_body(headers: SentHeaders) -> bool:
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers

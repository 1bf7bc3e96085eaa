"""What every answer carries: its correlation id, what browsers must not do with it, and what the route's layers add."""

from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from campaigns.interfaces.rest.correlation import given_id
from campaigns.interfaces.rest.security_headers import missing_in

Header = tuple[bytes, bytes]
_CARRIED = "carried_headers"


class Envelope:
    """Stands outside everything else, so that no answer leaves without it. Echoes the correlation id it was given."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], UUID]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        correlation_id = given_id(scope) or str(self._new_id())
        scope["correlation_id"] = correlation_id  # type: ignore[typeddict-unknown-key]
        carried = scope[_CARRIED] = [(b"x-correlation-id", correlation_id.encode())]  # type: ignore[literal-required]

        def enveloped(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                message["headers"] = [*headers, *missing_in(headers), *carried]
            return send(message)

        bound = bind_contextvars(correlation_id=correlation_id)
        try:
            await self._app(scope, receive, enveloped)
        finally:
            reset_contextvars(**bound)


def carry(scope: Scope, headers: Iterable[Header]) -> None:
    """Whatever becomes of this request, its answer will have these headers."""
    carried: list[Header] = scope[_CARRIED]  # type: ignore[literal-required]
    carried.extend(headers)

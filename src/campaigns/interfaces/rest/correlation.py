"""The id that ties a request to its events, logs and messages."""

import re
from collections.abc import Callable
from uuid import UUID

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

_USABLE = re.compile(rb"[A-Za-z0-9._:-]{1,128}")


def with_correlation(app: ASGIApp, new_id: Callable[[], UUID]) -> ASGIApp:
    """Takes X-Correlation-ID, or X-Request-ID, when it is 1 to 128 harmless characters; else makes one. Echoes it."""

    async def correlated(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        correlation_id = _given(scope) or str(new_id())
        scope["correlation_id"] = correlation_id  # type: ignore[typeddict-unknown-key]

        async def echoing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-correlation-id", correlation_id.encode())]
            await send(message)

        with bound_contextvars(correlation_id=correlation_id):
            await app(scope, receive, echoing)

    return correlated


def _given(scope: Scope) -> str | None:
    found = dict(scope["headers"])
    for name in (b"x-correlation-id", b"x-request-id"):
        if _USABLE.fullmatch(found.get(name, b"")):
            return found[name].decode()
    return None

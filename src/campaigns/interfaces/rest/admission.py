"""As many requests at once as the process can work on; the others wait a moment, or are told to come again."""

from urllib.parse import quote

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from campaigns.interfaces.rest.problems import PROBLEM_TYPE, Problem
from campaigns.interfaces.rest.room import Room

OVERLOADED = "server.overloaded"
ALWAYS_IN = ("/health", "/metrics")
_RETRY_AFTER = 2


class Admission:
    """Stands before the framework, so that turning somebody away costs little. Operations are never turned away.

    The wait before a refusal is on purpose: a client that asks again at once is slowed down by it.
    """

    def __init__(self, app: ASGIApp, room: Room) -> None:
        self._app = app
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(ALWAYS_IN):
            await self._app(scope, receive, send)
            return
        visit = await self._room.enter()
        if visit is None:
            await _turn_away(scope, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            visit.leave()


async def _turn_away(scope: Scope, send: Send) -> None:
    body = msgspec.json.encode(_problem(scope))
    headers = [
        (b"content-type", PROBLEM_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(_RETRY_AFTER).encode()),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _problem(scope: Scope) -> Problem:
    return Problem(
        kind=f"urn:campaigns:problem:{OVERLOADED}",
        title="More is asked than can be answered",
        status=503,
        detail=f"Nothing was done; ask again in {_RETRY_AFTER} s",
        instance=quote(scope["path"]),
        code=OVERLOADED,
        errors=(),
        correlation_id=str(scope.get("correlation_id", "")),
    )

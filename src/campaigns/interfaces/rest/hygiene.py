"""Paths and queries that no handler should have to think about."""

import re
from urllib.parse import unquote_to_bytes

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from campaigns.domain.shared.errors import Violation
from campaigns.interfaces.rest.refusals import MalformedError

_PLAIN = re.compile(rb"[A-Za-z0-9/_.&=-]*")


class CleanAddress(ASGIMiddleware):
    """Refuses NUL characters and bytes that are no UTF-8, in the path and in the query."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        _check("path", scope.get("raw_path") or scope["path"].encode())
        _check("query", scope["query_string"])
        await next_app(scope, receive, send)


def _check(part: str, raw: bytes) -> None:
    if _PLAIN.fullmatch(raw):
        return
    try:
        decoded = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise MalformedError(f"The {part} is not UTF-8", (Violation(f"/{part}", "must be UTF-8"),)) from error
    if "\x00" in decoded:
        raise MalformedError(f"The {part} holds a NUL", (Violation(f"/{part}", "must not contain NUL"),))

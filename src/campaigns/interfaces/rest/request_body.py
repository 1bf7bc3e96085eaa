"""Telling two requests apart by their bodies, without keeping a large one in memory."""

import hashlib

from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.types import HTTPReceiveMessage, Receive, Scope

from campaigns.interfaces.rest.refusals import TooLargeError


async def digest_of_body(scope: Scope, receive: Receive) -> tuple[bytes, Receive]:
    """A digest of the body, and a `receive` that tells the body again.

    An upload is told apart by its length alone: its body may be long, and a client that repeats it draws a new
    multipart boundary of the same length.
    """
    headers = ASGIConnection(scope).headers
    if headers.get("content-type", "").lower().startswith("multipart/"):
        return headers.get("content-length", "").encode(), receive
    body = await _whole(scope, receive)
    return hashlib.sha256(body).digest(), _telling(body, receive)


async def _whole(scope: Scope, receive: Receive) -> bytes:
    handler = scope["route_handler"]
    most = handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None
    parts = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts += message["body"]
        more = message["more_body"]
        if most is not None and len(parts) > most:
            raise TooLargeError(f"The body may have {most:,} bytes")
    return bytes(parts)


def _telling(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> HTTPReceiveMessage:
        nonlocal told
        if told:
            return await receive()  # type: ignore[return-value]
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again

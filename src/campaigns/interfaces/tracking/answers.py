"""Plain HTTP answers, without a framework: these addresses are asked by millions of mail clients."""

from base64 import b64decode
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_NO_STORE: Headers = ((b"cache-control", b"no-store, max-age=0"), (b"referrer-policy", b"no-referrer"))
_URL_CHARACTERS = "%/:=&?~#+!$,;'@()*[]"  # what already is a URL stays; anything else cannot enter the header
_POLICY = b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class Answer(Struct, frozen=True):
    """Status, body and headers beside the length."""

    status: int
    body: bytes
    headers: Headers


def pixel() -> Answer:
    return Answer(200, PIXEL, ((b"content-type", b"image/gif"), *_NO_STORE))


def redirect(url: str) -> Answer:
    return Answer(302, b"", ((b"location", quote(url, safe=_URL_CHARACTERS).encode()), *_NO_STORE))


def page(html: str, status: int = 200) -> Answer:
    headers = (
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", _POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"x-robots-tag", b"noindex"),
        *_NO_STORE,
    )
    return Answer(status, html.encode(), headers)


def plain(status: int, text: str, *more: tuple[bytes, bytes]) -> Answer:
    return Answer(status, text.encode() + b"\n", ((b"content-type", b"text/plain; charset=utf-8"), *_NO_STORE, *more))


async def deliver(send: Send, answer: Answer, *, without_body: bool = False) -> None:
    """Send an answer; HEAD gets the headers alone."""
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if without_body else answer.body})

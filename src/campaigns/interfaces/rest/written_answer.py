"""An answer in JSON, written at once."""

from collections.abc import Mapping

from litestar.serialization import encode_json
from litestar.types import Receive, Scope, Send

_JSON = (b"content-type", b"application/json")


class WrittenAnswer:
    """An ASGI application that says one thing."""

    __slots__ = ("_body", "_headers", "_status")

    def __init__(self, status: int, content: object, headers: Mapping[str, str]) -> None:
        self._status = status
        self._body = encode_json(content)
        told = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        self._headers = [*told, _JSON, (b"content-length", b"%d" % len(self._body))]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})

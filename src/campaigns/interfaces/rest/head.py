"""HEAD: what GET would answer, without its body. The framework's routes know GET alone."""

from litestar.types import Message, Receive, Scope, Send

BESIDE_GET = frozenset({"HEAD", "OPTIONS"})
"""Methods that a route for GET answers as well."""


def as_get(scope: Scope, receive: Receive, send: Send) -> tuple[Scope, Receive, Send]:
    """HEAD is a GET to everything behind, the log too; who asks with OPTIONS is told of HEAD."""
    if scope.get("method") == "HEAD":
        return {**scope, "method": "GET"}, receive, _headers_alone(send)  # type: ignore[return-value]
    return scope, receive, _allowing_head(send)


def with_head(allowed: str) -> str:
    """What `Allow` says: HEAD wherever it says GET."""
    methods = allowed.split(", ")
    return ", ".join(sorted({*methods, "HEAD"} if "GET" in methods else methods))


def _headers_alone(send: Send) -> Send:
    """The answer ends with its headers; to what would stream a body it looks as if its reader had gone."""

    async def pass_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return pass_on


def _allowing_head(send: Send) -> Send:
    async def pass_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            told = [(name, value.decode()) for name, value in message["headers"]]
            message["headers"] = [
                (name, (with_head(value) if name == b"allow" else value).encode()) for name, value in told
            ]
        await send(message)

    return pass_on

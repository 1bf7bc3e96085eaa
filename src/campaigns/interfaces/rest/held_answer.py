"""An answer held back until it has been stored; and a stored one told again."""

from litestar.types import Message, Send

from campaigns.application.platform.ports import StoredAnswer

MOST = 1_000_000  # bytes; a longer answer is sent as it comes and not stored
_KEPT_HEADERS = frozenset({"content-type", "etag", "location", "content-disposition"})


class HeldAnswer:
    """Collects what the application sends, up to a size."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: list[Message] = []
        self._size = 0

    async def take(self, message: Message) -> None:
        if self._size > MOST:
            await self._send(message)
            return
        self._messages.append(message)
        if message["type"] == "http.response.body":
            self._size += len(message.get("body", b""))
            if self._size > MOST:
                await self.let_go()

    async def let_go(self) -> None:
        """Send what is held."""
        for message in self._messages:
            await self._send(message)
        self._messages = []

    def answer(self) -> StoredAnswer | None:
        """What to store; None when the answer was too long or never came."""
        if not self._messages or self._messages[0]["type"] != "http.response.start":
            return None
        start = self._messages[0]
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        return StoredAnswer(
            status=start["status"],
            headers={name: value for name, value in headers.items() if name in _KEPT_HEADERS},
            body=b"".join(part["body"] for part in self._messages if part["type"] == "http.response.body"),
        )


async def replay(stored: StoredAnswer, send: Send) -> None:
    """The stored answer, marked as told again."""
    headers = {**stored.headers, "content-length": str(len(stored.body)), "idempotent-replayed": "true"}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": stored.status, "headers": encoded})
    await send({"type": "http.response.body", "body": stored.body, "more_body": False})

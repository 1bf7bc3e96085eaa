"""Reading the one form that is accepted: List-Unsubscribe=One-Click (RFC 8058)."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_LIMIT = 4_096
_URLENCODED = re.compile(rb"(?:^|&)List-Unsubscribe=One-Click(?:&|\s*$)")
_MULTIPART = re.compile(rb'name="?List-Unsubscribe"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click\r?\n')


async def asks_one_click(receive: Receive) -> bool:
    """Whether the body says List-Unsubscribe=One-Click, URL-encoded or multipart; 4 kB are enough for it."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > _LIMIT:
            return False
        if not message.get("more_body"):
            return bool(_URLENCODED.search(body) or _MULTIPART.search(body))

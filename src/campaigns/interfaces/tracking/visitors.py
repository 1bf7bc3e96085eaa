"""What a hit tells of its visitor: the agent's name, why it asks, and the address only as a keyed hash."""

import hmac
from typing import Any

_AGENT_LENGTH, _PURPOSE_LENGTH = 256, 64
_PURPOSES = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")


class Visitors:
    """Reads ASGI scopes. `secret` keys the hash, so that addresses cannot be found by trying them all."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def agent(self, scope: Any) -> str:
        found = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
        return str(found.decode("latin-1"))[:_AGENT_LENGTH].replace("\x00", "")

    def purpose(self, scope: Any) -> str | None:
        """What a client that fetches ahead says it does; None for all others."""
        said = dict(scope["headers"])
        found = next((said[name] for name in _PURPOSES if name in said), None)
        return None if found is None else str(found.decode("latin-1"))[:_PURPOSE_LENGTH].replace("\x00", "")

    def address_hash(self, scope: Any) -> str | None:
        client = scope.get("client")
        return hmac.digest(self._secret, client[0].encode(), "sha256")[:8].hex() if client else None

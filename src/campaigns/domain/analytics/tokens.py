"""Tracking tokens: a message, what is tracked of it and which link, signed so that no byte of it can be changed.

Layout (24 bytes, 32 characters of URL-safe base64): key id (1), kind (1), execution_no (4), seq (4), link (2), and the
first 12 bytes of the HMAC-SHA256 over those 12.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from enum import IntEnum
from hashlib import sha256
from struct import Struct as Layout

from msgspec import Struct

_LAYOUT = Layout(">BBIiH")
_SIGNATURE_BYTES = 12
_TOKEN_LENGTH = 32
_BLOCK_BYTES = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
TRAP_LINK = 65_535
"""The number of the link that people do not see: whoever follows it is a machine."""
MAX_LINKS = TRAP_LINK


class TouchKind(IntEnum):
    """What a token stands for."""

    OPEN = 1
    CLICK = 2
    UNSUBSCRIBE = 3


_KINDS = {int(kind): kind for kind in TouchKind}


class Touch(Struct, frozen=True):
    """What a token says: the message, the kind, and for clicks the index of the link within the execution."""

    execution_no: int
    seq: int
    kind: TouchKind
    link: int = 0


class TrackingKeys(Struct, frozen=True, kw_only=True):
    """Signing secrets by key id (0 to 255). New tokens use `current`; the others only verify, until forgotten."""

    current: int
    secrets: Mapping[int, bytes]


class TrackingTokens:
    """Signs and reads tokens; about a microsecond each."""

    def __init__(self, keys: TrackingKeys) -> None:
        self._keys = keys
        self._sign = _Signer(keys.secrets[keys.current])

    def sign(self, execution_no: int, seq: int, kind: TouchKind, link: int = 0) -> str:
        """The token of one touch; the same for the same arguments and key, for ever."""
        body = _LAYOUT.pack(self._keys.current, kind, execution_no, seq, link)
        return urlsafe_b64encode(body + self._sign(body)).decode()

    def read(self, token: str) -> Touch | None:
        """What a token stands for; None when it is not exactly one that was signed here."""
        raw = _decoded(token)
        if raw is None:
            return None
        body, signature = raw[: _LAYOUT.size], raw[_LAYOUT.size :]
        key_id, kind, execution_no, seq, link = _LAYOUT.unpack(body)
        secret = self._keys.secrets.get(key_id)
        if secret is None or not hmac.compare_digest(signature, _signature(secret, body)):
            return None
        return Touch(execution_no, seq, _KINDS[kind], link)


class _Signer:
    """HMAC-SHA256 with the secret's part done once (RFC 2104, section 4): less than half the time for short texts."""

    def __init__(self, secret: bytes) -> None:
        block = (secret if len(secret) <= _BLOCK_BYTES else sha256(secret).digest()).ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(block.translate(_INNER))
        self._outer = sha256(block.translate(_OUTER))

    def __call__(self, body: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(body)
        outer.update(inner.digest())
        return outer.digest()[:_SIGNATURE_BYTES]


def _signature(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, body, "sha256")[:_SIGNATURE_BYTES]


def _decoded(token: str) -> bytes | None:
    # 32 characters are exactly 24 bytes: no padding, so that each token has one spelling.
    if len(token) != _TOKEN_LENGTH or not token.isascii() or "=" in token or not set("+/").isdisjoint(token):
        return None
    try:
        raw = urlsafe_b64decode(token)
    except Base64Error:
        return None
    return raw if len(raw) == _LAYOUT.size + _SIGNATURE_BYTES else None

"""The signature of a mail as a header before it (RFC 6376), relaxed in headers and body."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from campaigns.infrastructure.delivery.signing.relaxed import relaxed_body, relaxed_headers

_SEALED = (
    b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
    b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
"""Each is named once more than it occurs, so that nobody can add another one. RFC 8058 demands the last two."""
_SIGNED = b"content-transfer-encoding"  # gateways add it where it is missing
_NAMES_A_LINE, _LONGEST_LINE = 6, 72
_FOLD = b"\r\n "


class Signatory(Struct, frozen=True, kw_only=True):
    """Who signs: `sign` makes the signature of some bytes, `public_key` is the one to publish, in base64."""

    domain: str
    selector: str
    algorithm: Literal["rsa-sha256", "ed25519-sha256"]
    public_key: str
    sign: Callable[[bytes], bytes]

    def __repr__(self) -> str:
        return f"Signatory({self.domain} {self.selector} {self.algorithm})"

    @property
    def record(self) -> str:
        """What the domain must publish, as a line of its zone."""
        said = f"v=DKIM1; k={self.algorithm.partition('-')[0]}; p={self.public_key}"
        strings = " ".join(f'"{said[start : start + 255]}"' for start in range(0, len(said), 255))
        return f"{self.selector}._domainkey.{self.domain}. TXT {strings}"


def signed(mail: bytes, signatories: Sequence[Signatory], at: int) -> bytes:
    """The mail with one more header from each signatory; `at` in seconds since 1970. Never raises for a mail."""
    head, _, body = mail.partition(b"\r\n\r\n")
    headers = relaxed_headers(head)
    names = tuple(_names(headers))
    covered = b"".join(line + b"\r\n" for line in _lines(headers, names))
    body_hash = b64encode(sha256(relaxed_body(body)).digest())
    return b"".join([*(_field(who, at, names, covered, body_hash) for who in signatories), mail])


def _names(headers: Mapping[bytes, Sequence[bytes]]) -> Iterator[bytes]:
    for name in _SEALED:
        yield from [name] * (len(headers.get(name, ())) + 1)
    yield from [_SIGNED] * len(headers.get(_SIGNED, ()))


def _lines(headers: Mapping[bytes, Sequence[bytes]], names: Sequence[bytes]) -> Iterator[bytes]:
    """In the order of the names, each header's last one first."""
    left = {name: list(lines) for name, lines in headers.items()}
    return (left[name].pop() for name in names if left.get(name))


def _field(who: Signatory, at: int, names: Sequence[bytes], covered: bytes, body_hash: bytes) -> bytes:
    value = _FOLD.join([
        b"v=1; a=%s; c=relaxed/relaxed; t=%d;" % (who.algorithm.encode(), at),
        b"d=%s;" % who.domain.encode(),
        b"s=%s;" % who.selector.encode(),
        b"h=%s;" % _folded_names(names),
        b"bh=%s;" % body_hash,
        b"b=",
    ])  # fmt: skip
    signature = b64encode(who.sign(covered + b"dkim-signature:" + value.replace(_FOLD, b" ")))
    lines = [signature[start : start + _LONGEST_LINE] for start in range(0, len(signature), _LONGEST_LINE)]
    return b"DKIM-Signature: %s%s\r\n" % (value, _FOLD.join(lines))


def _folded_names(names: Sequence[bytes]) -> bytes:
    lines = [names[start : start + _NAMES_A_LINE] for start in range(0, len(names), _NAMES_A_LINE)]
    return (b":" + _FOLD).join(map(b":".join, lines))

"""MIME messages as bytes: a skeleton made once, the variable parts filled in (the email package needs 1 ms each)."""

import re
import secrets
from binascii import b2a_qp

from msgspec import Struct

_LINE_END = re.compile(rb"\r\n?|\n")
_LONGEST_LINE = 990  # of the 998 that RFC 5322 allows
_PLAIN = b"Content-Transfer-Encoding: 7bit\r\n\r\n"
_QUOTED = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"


class Skeleton(Struct, frozen=True):
    """The static parts of a message: what stands before, between and after the texts."""

    subtypes: tuple[str, ...]
    boundary: bytes
    preamble: bytes
    between: tuple[bytes, ...]
    end: bytes

    def filled(self, headers: bytes, texts: tuple[str, ...]) -> bytes:
        """A complete message; `headers` end with CRLF, `texts` match `subtypes`."""
        parts = [headers, self.preamble]
        for opening, text in zip(self.between, texts, strict=True):
            parts += (opening, *encoded(text))
        parts.append(self.end)
        return b"".join(parts)


def skeleton(*subtypes: str) -> Skeleton:
    """The skeleton of a message with these alternatives (`plain`, `html`), the preferred one last."""
    boundary = f"=_{secrets.token_hex(12)}".encode()
    if len(subtypes) == 1:
        return Skeleton(subtypes, boundary, b"MIME-Version: 1.0\r\n", (_type(subtypes[0]),), b"")
    opening = b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="%s"\r\n\r\n' % boundary
    first, *rest = (b"--%s\r\n%s" % (boundary, _type(subtype)) for subtype in subtypes)
    between = (first, *(b"\r\n" + other for other in rest))
    return Skeleton(subtypes, boundary, opening, between, b"\r\n--%s--\r\n" % boundary)


def encoded(text: str) -> tuple[bytes, bytes]:
    """The rest of a part's header, and its body with CRLF: as it stands when it is short-lined ASCII, else quoted."""
    octets = text.encode("utf-8", "replace")
    if b"\r" in octets:
        octets = _LINE_END.sub(b"\n", octets)
    if not octets.endswith(b"\n"):
        octets += b"\n"
    if text.isascii() and b"\0" not in octets and _is_short_lined(octets):
        return _PLAIN, octets.replace(b"\n", b"\r\n")
    return _QUOTED, b2a_qp(octets, istext=True).replace(b"\n", b"\r\n")


def _is_short_lined(octets: bytes) -> bool:
    """Looks for the last line end that is near enough, from one to the next: most lines are never looked at."""
    start = 0
    while len(octets) - start >= _LONGEST_LINE:
        start = octets.rfind(b"\n", start, start + _LONGEST_LINE) + 1
        if not start:
            return False
    return True


def _type(subtype: str) -> bytes:
    return b'Content-Type: text/%s; charset="utf-8"\r\n' % subtype.encode()

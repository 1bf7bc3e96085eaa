"""Headers that keep browsers from helping an attacker."""

from collections.abc import Iterable

_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ON_PAGES = (*_ALWAYS, (b"content-security-policy", _POLICY), (b"x-frame-options", b"DENY"))


def missing_in(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Every answer forbids sniffing; every page forbids foreign and inline code, and frames."""
    given = dict(headers)
    wanted = _ON_PAGES if given.get(b"content-type", b"").startswith(b"text/html") else _ALWAYS
    return [header for header in wanted if header[0] not in given]

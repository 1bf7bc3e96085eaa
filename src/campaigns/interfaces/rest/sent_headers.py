"""The headers of a request by name."""

from collections.abc import Mapping

from litestar.types import Scope

SentHeaders = Mapping[bytes, bytes]
"""By lower-case name."""


def sent_headers(scope: Scope) -> SentHeaders:
    """Of those that came twice, the first."""
    return dict(reversed([*scope["headers"]]))


def text_of(headers: SentHeaders, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")

"""Paths and queries that no handler should have to think about."""

import re
from urllib.parse import unquote_to_bytes

from litestar.types import Scope

from campaigns.domain.shared.errors import Violation
from campaigns.interfaces.rest.refusals import MalformedError

_PLAIN = re.compile(rb"[A-Za-z0-9/_.&=-]*")


def require_clean_address(scope: Scope) -> None:
    """Refuses NUL characters and bytes that are no UTF-8, in the path and in the query."""
    _check("path", scope.get("raw_path") or scope["path"].encode())
    _check("query", scope["query_string"])


def _check(part: str, raw: bytes) -> None:
    if _PLAIN.fullmatch(raw):
        return
    try:
        decoded = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise MalformedError(f"The {part} is not UTF-8", (Violation(f"/{part}", "must be UTF-8"),)) from error
    if "\x00" in decoded:
        raise MalformedError(f"The {part} holds a NUL", (Violation(f"/{part}", "must not contain NUL"),))

"""The id that ties a request to its events, logs and messages."""

import re

from litestar.types import Scope

from campaigns.interfaces.rest.sent_headers import sent_headers

_USABLE = re.compile(rb"[A-Za-z0-9._:-]{1,128}")


def given_id(scope: Scope) -> str | None:
    """X-Correlation-ID, or X-Request-ID, when it is 1 to 128 harmless characters."""
    found = sent_headers(scope)
    for name in (b"x-correlation-id", b"x-request-id"):
        given = found.get(name)
        if given is not None and _USABLE.fullmatch(given):
            return given.decode()
    return None

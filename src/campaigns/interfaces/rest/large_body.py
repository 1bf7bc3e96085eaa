"""A quick way through large bodies: as strict as `json_body`, for those that are plain enough to be sure.

A post of a thousand reports is read in a fiftieth of the time. Whoever does not pass here is looked at closely there,
so that every fault gets its name.
"""

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import msgspec

WORTH_IT = 4_096  # bytes
# Escaped characters, control characters (line breaks, too), a space before a colon, numbers near the limits.
_NOT_PLAIN = re.compile(rb'\\u|[\x00-\x1f]|"\s+:|\d{19}|\d[eE]')
_KEY = b'":'
_encode = msgspec.json.Encoder().encode


def read_quickly(raw: bytes, shape: Hashable) -> Any:
    """The document as `shape`; None when the body has to be looked at closely.

    A field that stands twice shows in the number of keys: the document is written again, and every key of the body
    must be there. For that, `shape` leaves out what is at its default (`omit_defaults`).
    """
    if _NOT_PLAIN.search(raw):
        return None
    try:
        raw.decode()
        document = _decoder(shape).decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return document if raw.count(_KEY) == _encode(document).count(_KEY) else None


@lru_cache(64)
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)

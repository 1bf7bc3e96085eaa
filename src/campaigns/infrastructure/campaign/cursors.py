"""Where a list goes on: the sort, and the last row's key, as text that clients hand back unread."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from campaigns.application.campaign.ports import SortField
from campaigns.domain.shared.errors import InvalidError, Violation


class Cursor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """`key` is the sort column's value as text."""

    sort: SortField
    descending: bool
    key: str
    campaign_id: UUID


class CursorError(InvalidError):
    """The cursor was not made by this list with this sort."""

    code = "request.malformed"


def written(cursor: Cursor) -> str:
    return urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def read(text: str, sort: SortField, *, descending: bool) -> Cursor:
    """The cursor, for this very sort; CursorError names what is wrong."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        cursor = msgspec.msgpack.decode(urlsafe_b64decode(padded), type=Cursor)
        if cursor.sort in {"created_at", "updated_at", "start_date"} and cursor.key != "infinity":
            datetime.fromisoformat(cursor.key)
    except (ValueError, msgspec.MsgspecError) as error:
        raise _refusal("is not a cursor of this list") from error
    if (cursor.sort, cursor.descending) != (sort, descending):
        raise _refusal("belongs to another sort order")
    if "\x00" in cursor.key:
        raise _refusal("is not a cursor of this list")
    return cursor


def _refusal(why: str) -> CursorError:
    return CursorError("The cursor cannot be used", (Violation("/cursor", why),))

"""The types requests and responses are made of: bounded, so that nothing a client sends can surprise a database.

NUL characters, integers beyond 64 bits, duplicate keys and deep nesting are refused for every JSON body before these
types are looked at (see `json_body`); bounds on *parameters* must be a `QueryParameter`, since `Meta` is ignored there.
"""

from datetime import UTC, datetime
from typing import Annotated

from litestar.params import PathParameter, QueryParameter
from msgspec import Meta, Struct

Str = Annotated[str, Meta(max_length=255)]
Name = Annotated[str, Meta(min_length=1, max_length=255)]
Text = Annotated[str, Meta(max_length=2_000)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]  # what every reader of JSON keeps exactly, written as 1.0 or 1
UtcInstant = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset; naive instants are refused")]

Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many to return at most")]
Offset = Annotated[int, QueryParameter(ge=0, le=1_000_000_000, description="How many to pass over")]
Position = Annotated[int, QueryParameter(ge=0, le=2**63 - 1, description="A position in the feed")]
Filter = Annotated[str | None, QueryParameter(max_length=255)]
Cursor = Annotated[str | None, QueryParameter(max_length=1_024, description="`next_cursor` of the page before")]
TextInPath = Annotated[str, PathParameter(min_length=1, max_length=255)]


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client sends: unknown fields are refused."""


class View(Struct, frozen=True, kw_only=True):
    """What a client is shown: expect fields to be added."""


def utc(instant: datetime) -> datetime:
    """The same instant, written in UTC."""
    return instant.astimezone(UTC)

"""What a part of a report is made of."""

from collections.abc import Sequence

from msgspec import Struct

from campaigns.interfaces.pictures.canvas import Picture


class Table(Struct, frozen=True, kw_only=True):
    """The first column names a row, the others are figures."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Section(Struct, frozen=True, kw_only=True):
    title: str
    words: Sequence[str] = ()
    picture: Picture | None = None
    table: Table | None = None

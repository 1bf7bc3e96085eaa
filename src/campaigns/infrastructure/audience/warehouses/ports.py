"""Where people are kept, and what can be asked there. Each engine is one dialect and one way to open it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from msgspec import Struct

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.datasets import Kind

BEYOND_ALL = "\U0010ffff" * 256  # user ids have at most 255 characters


class Table(Struct, frozen=True, kw_only=True):
    """One dataset as a query sees it: every column in one of our kinds, no user id null or empty.

    `version` changes when the rows do, as far as the engine can tell; None when it cannot. `unique`: one row a person.
    """

    relation: str
    columns: Mapping[str, Kind]
    unique: bool = False
    version: str | None = None
    file: Path | None = None


class Dialect(Protocol):
    """How an engine writes what its neighbours write differently. Texts order by code points everywhere."""

    @property
    def types(self) -> Mapping[Kind, str]:
        """How each kind is called."""

    def quoted(self, name: str) -> str:
        """A name, whatever is in it."""

    def bound(self, name: str) -> str:
        """The place of a bound value."""

    def fully(self, text: str, shape: str) -> str:
        """Whether the whole text has this shape: a regular expression without quotes and backslashes."""

    def number(self, text: str) -> str:
        """A text in the shape of a plain decimal as a double."""

    def instant(self, text: str) -> str:
        """A text in the shape of an instant as one; NULL when the calendar knows no such day."""

    def contains(self, text: str, value: str) -> str:
        """Whether a text holds another; NULL for no text."""

    def has(self, texts: str, value: str) -> str:
        """Whether a list holds a text, NULLs in it aside; NULL for no list."""

    def starts(self, text: str, value: str) -> str:
        """Whether a text begins with another."""

    def ends(self, text: str, value: str) -> str:
        """Whether a text ends with another."""

    def without(self, text: str, shape: str) -> str:
        """The text less every part of this shape."""

    def loaded(self, name: str, columns: Mapping[str, Kind]) -> str:
        """The relation of rows that were brought along under a name."""


class Session(Protocol):
    """Questions to an engine, all about one state of its tables as far as it can; used by one thread."""

    def load(self, name: str, rows: pa.Table) -> None:
        """Bring rows along, user ids first; the dialect's `loaded` names them."""

    def ranges(self, people: Table | None) -> Iterator[tuple[str, str]]:
        """From which user id to below which: everybody is in exactly one range, each small enough to ask for."""

    def batches(self, query: str, bound: Mapping[str, Any], rows: int) -> Iterator[pa.RecordBatch]:
        """The answer in its order, at most so many rows at a time."""

    def first(self, query: str, bound: Mapping[str, Any]) -> tuple[Any, ...]:
        """The first row."""


class Warehouse(Protocol):
    """The people and lists of every tenant. Raises DependencyDownError("audience engine") where it does not answer."""

    @property
    def dialect(self) -> Dialect:
        """How questions are written."""

    def table(self, tenant_id: TenantId, name: str) -> Table | None:
        """The dataset of this name; None when there is none. May block."""

    def opened(self, tables: Iterable[Table]) -> AbstractContextManager[Session]:
        """A session that may read these tables and nothing else of ours. May block."""

"""Arrays of many values for one statement, written as Postgres reads them: a tenth of the driver's time for each."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from psycopg import AsyncCursor
from psycopg.adapt import Dumper
from psycopg.pq import Format

_JSONB_VERSION = b"\x01"


class _Array(bytes):
    """Bytes that are an array of one element type already."""


class Integers(_Array):
    """int4[]"""


class Smallints(_Array):
    """int2[]"""


class Instants(_Array):
    """timestamptz[], from microseconds since 2000."""


class Texts(_Array):
    """text[]"""


class Documents(_Array):
    """jsonb[], from JSON."""


_ELEMENT = {Integers: 23, Smallints: 21, Instants: 1184, Texts: 25, Documents: 3802}
_ARRAY = {Integers: 1007, Smallints: 1005, Instants: 1185, Texts: 1009, Documents: 3807}


def integers(values: Sequence[int]) -> Integers:
    return Integers(_fixed(Integers, values, ">i4"))


def smallints(values: Sequence[int]) -> Smallints:
    return Smallints(_fixed(Smallints, values, ">i2"))


def instants(microseconds: Sequence[int]) -> Instants:
    return Instants(_fixed(Instants, microseconds, ">i8"))


def texts(values: Sequence[bytes]) -> Texts:
    return Texts(_head(Texts, len(values)) + b"".join(_sized(values)))


def documents(values: Sequence[bytes]) -> Documents:
    return Documents(_head(Documents, len(values)) + b"".join(_sized([_JSONB_VERSION + value for value in values])))


def takes_arrays(cursor: AsyncCursor[Any]) -> AsyncCursor[Any]:
    """The cursor, now able to send them."""
    for kind, dumper in _DUMPERS.items():
        cursor.adapters.register_dumper(kind, dumper)
    return cursor


def _fixed(kind: type[_Array], values: Sequence[int], form: str) -> bytes:
    elements = np.empty(len(values), dtype=[("size", ">i4"), ("value", form)])
    elements["size"] = elements.dtype["value"].itemsize
    elements["value"] = values
    return _head(kind, len(values)) + elements.tobytes()


def _head(kind: type[_Array], count: int) -> bytes:
    """One dimension from 1, no nulls."""
    return np.array([1, 0, _ELEMENT[kind], count, 1], dtype=">i4").tobytes()


def _sized(values: Iterable[bytes]) -> Iterable[bytes]:
    for value in values:
        yield len(value).to_bytes(4, "big")
        yield value


def _dumper(kind: type[_Array]) -> type[Dumper]:
    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = _ARRAY[kind]

        def dump(self, obj: Any) -> bytes:
            return bytes(obj)

    return ArrayDumper


_KINDS: tuple[type[_Array], ...] = (Integers, Smallints, Instants, Texts, Documents)
_DUMPERS = {kind: _dumper(kind) for kind in _KINDS}

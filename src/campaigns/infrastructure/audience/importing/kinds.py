"""Which kind each column is: inferred for texts, mapped for typed files."""

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.domain.shared import criteria_readings as readings
from campaigns.infrastructure.audience.datasets import ALWAYS_TEXT, Kind
from campaigns.infrastructure.audience.engine import quoted
from campaigns.infrastructure.audience.importing.limits import Refused

_SHAPES: Mapping[Kind, str] = {
    Kind.INTEGER: "-?(0|[1-9][0-9]{0,17})",
    Kind.NUMBER: r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?",
    Kind.BOOLEAN: "true|false",
}
_TYPED: Mapping[Kind, frozenset[str]] = {
    Kind.INTEGER: frozenset("TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER".split()),
    Kind.NUMBER: frozenset("FLOAT DOUBLE UBIGINT HUGEINT UHUGEINT DECIMAL".split()),
    Kind.BOOLEAN: frozenset({"BOOLEAN"}),
    Kind.INSTANT: frozenset(
        {"DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
    ),
    Kind.TEXT: frozenset({"VARCHAR", "UUID", "ENUM"}),
    Kind.TEXTS: frozenset({"VARCHAR[]"}),
}


def inferred(connection: Any, relation: str, columns: Sequence[str]) -> dict[str, Kind]:
    """A column is a number, a boolean or an instant when every value in it is written as one; else it is text."""
    tests = []
    for name in columns:
        column = quoted(name)
        every = f"FILTER (WHERE {column} IS NOT NULL), false)"
        tests += [f"coalesce(bool_and(regexp_full_match({column}, '{shape}')) {every}" for shape in _SHAPES.values()]
        tests.append(
            f"coalesce(bool_and(regexp_full_match({column}, '{readings.INSTANT}')"
            f" AND TRY_CAST({column} AS TIMESTAMPTZ) IS NOT NULL) {every}"
        )
    # To the end: an unfinished result would keep the connection busy.
    (answers,) = connection.execute(f"SELECT {', '.join(tests)} FROM {relation}").fetchall()
    kinds = (*_SHAPES, Kind.INSTANT)
    found: dict[str, Kind] = {}
    for at, name in enumerate(columns):
        fits = answers[at * len(kinds) : (at + 1) * len(kinds)]
        guess = next((kind for kind, fit in zip(kinds, fits, strict=True) if fit), Kind.TEXT)
        found[name] = Kind.TEXT if name in ALWAYS_TEXT else guess
    return found


def declared(types: Mapping[str, str]) -> dict[str, Kind]:
    """Kinds of a typed file's columns; Refused for types that no criteria can speak of."""
    found: dict[str, Kind] = {}
    for name, written in types.items():
        plain = written.split("(", maxsplit=1)[0]
        kind = next((kind for kind, names in _TYPED.items() if plain in names), None)
        if kind is None:
            raise Refused(f"the column {name!r} is of type {written}, which cannot be taken in")
        found[name] = Kind.TEXT if name in ALWAYS_TEXT else kind
    return found


def normalised(name: str, kind: Kind) -> str:
    """The column in its kind; not-a-number and infinity are no value."""
    column = quoted(name)
    if kind is Kind.NUMBER:
        return f"CASE WHEN isfinite({column}::DOUBLE) THEN {column}::DOUBLE END AS {column}"
    if kind is Kind.TEXT:
        return f"nullif({column}::VARCHAR, '') AS {column}"
    types = {Kind.INTEGER: "BIGINT", Kind.BOOLEAN: "BOOLEAN", Kind.INSTANT: "TIMESTAMPTZ", Kind.TEXTS: "VARCHAR[]"}
    return f"{column}::{types[kind]} AS {column}"

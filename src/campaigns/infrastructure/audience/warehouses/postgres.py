"""PostgreSQL as a warehouse: its own tables, read and never written, each question in one read-only transaction.

Lists that are brought along travel as arrays, so that a replica will do and no right to create anything is needed.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import psycopg
import pyarrow as pa
from psycopg import sql

from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.datasets import Kind
from campaigns.infrastructure.audience.warehouses.columns import readable
from campaigns.infrastructure.audience.warehouses.naming import NAME, TableNames, is_name
from campaigns.infrastructure.audience.warehouses.ports import BEYOND_ALL, Table

_OPTIONS = (
    "-c TimeZone=UTC -c default_transaction_read_only=on -c work_mem=256MB -c jit=off"
    " -c statement_timeout=600000 -c idle_in_transaction_session_timeout=900000"
)
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("text", "varchar", "bpchar", "uuid", "name"), Kind.TEXT),
    **dict.fromkeys(("int2", "int4", "int8"), Kind.INTEGER),
    **dict.fromkeys(("float4", "float8", "numeric"), Kind.NUMBER),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), Kind.INSTANT),
    **dict.fromkeys(("_text", "_varchar"), Kind.TEXTS),
    "bool": Kind.BOOLEAN,
}
_COLUMNS = """
  SELECT a.attname, CASE WHEN t.typtype = 'e' THEN 'text' ELSE t.typname END
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY a.attnum"""


class PostgresDialect:
    types: ClassVar[Mapping[Kind, str]] = {
        Kind.TEXT: "text",
        Kind.INTEGER: "bigint",
        Kind.NUMBER: "float8",
        Kind.BOOLEAN: "boolean",
        Kind.INSTANT: "timestamptz",
        Kind.TEXTS: "text[]",
    }

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""').replace("%", "%%") + '"'

    def bound(self, name: str) -> str:
        return f"%({name})s"

    def fully(self, text: str, shape: str) -> str:
        return f"{text} ~ '^(?:{shape})$'"

    def number(self, text: str) -> str:
        return f"{text}::float8"

    def instant(self, text: str) -> str:
        return f"CASE WHEN pg_input_is_valid({text}, 'timestamptz') THEN {text}::timestamptz END"

    def contains(self, text: str, value: str) -> str:
        return f"strpos({text}, {value}) > 0"

    def has(self, texts: str, value: str) -> str:
        return f"CASE WHEN {texts} IS NOT NULL THEN coalesce({value} = ANY({texts}), false) END"

    def starts(self, text: str, value: str) -> str:
        return f"starts_with({text}, {value})"

    def ends(self, text: str, value: str) -> str:
        return f"right({text}, length({value}::text)) = {value}"

    def without(self, text: str, shape: str) -> str:
        return f"regexp_replace({text}, '{shape}', '', 'g')"

    def loaded(self, name: str, columns: Mapping[str, Kind]) -> str:
        arrays = ", ".join(f"%({name}_{column})s::{self.types[kind]}[]" for column, kind in columns.items())
        listed = ", ".join(f'{column}{_COLLATED[kind]} AS "{column}"' for column, kind in columns.items())
        return f"(SELECT {listed} FROM unnest({arrays}) AS brought({', '.join(columns)}))"


_COLLATED = {kind: ' COLLATE "C"' if kind is Kind.TEXT else "" for kind in Kind}


class PostgresWarehouse:
    """The tables of a database, one for each dataset: see `naming`."""

    dialect = PostgresDialect()

    def __init__(self, url: str, names: TableNames) -> None:
        self._url = url
        self._names = names

    def table(self, tenant_id: TenantId, name: str) -> Table | None:
        if not is_name(name):
            return None
        named = sql.Identifier(*self._names.parts(tenant_id, name)).as_string()
        with self._connected() as connection:
            found = connection.execute(_COLUMNS, (named,)).fetchall()
        columns = readable((column, _KINDS.get(written)) for column, written in found)
        if "user_id" not in columns:
            return None
        read = ", ".join(f"{self._read(column, kind)} AS {self._quoted(column)}" for column, kind in columns.items())
        source = named.replace("%", "%%")
        return Table(relation=f"(SELECT {read} FROM {source} WHERE user_id::text <> '')", columns=columns)

    @contextmanager
    def opened(self, tables: Iterable[Table]) -> Iterator["PostgresSession"]:  # noqa: ARG002  rights are the role's
        with self._connected() as connection:
            yield PostgresSession(connection)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with psycopg.connect(self._url, options=_OPTIONS, connect_timeout=5) as connection:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                yield connection
        except psycopg.Error as error:
            raise DependencyDownError(NAME, str(error).splitlines()[0][:200] or type(error).__name__) from error

    def _quoted(self, name: str) -> str:
        return self.dialect.quoted(name)

    def _read(self, name: str, kind: Kind) -> str:
        column = self._quoted(name)
        match kind:
            case Kind.TEXT:
                return f"nullif({column}::text, '') COLLATE \"C\""
            case Kind.NUMBER:
                number = f"{column}::float8"
                return f"CASE WHEN {number} NOT IN ('NaN', 'Infinity', '-Infinity') THEN {number} END"
            case Kind.INSTANT:
                return f"CASE WHEN isfinite({column}) THEN {column}::timestamptz END"
            case _:
                return f"{column}::{self.dialect.types[kind]}"


class PostgresSession:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._brought: dict[str, Any] = {}

    def load(self, name: str, rows: pa.Table) -> None:
        for column in rows.column_names:
            self._brought[f"{name}_{column}"] = rows.column(column).to_pylist()

    def ranges(self, people: Table | None) -> Iterator[tuple[str, str]]:  # noqa: ARG002
        """One: a cursor brings as many rows as are read."""
        yield "", BEYOND_ALL

    def batches(self, query: str, bound: Mapping[str, Any], rows: int) -> Iterator[pa.RecordBatch]:
        with self._connection.cursor("people") as cursor:
            cursor.itersize = rows
            cursor.execute(query, {**self._brought, **bound})
            while found := cursor.fetchmany(rows):
                names = [column.name for column in cursor.description or ()]
                columns = [pa.array(column) for column in zip(*found, strict=True)]
                yield pa.record_batch(columns, names=names)

    def first(self, query: str, bound: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(self._connection.execute(query, {**self._brought, **bound}).fetchone() or ())

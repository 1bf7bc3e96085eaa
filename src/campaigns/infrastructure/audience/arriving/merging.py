"""A version of a dataset with what was told of some people: row group by row group, in the order of the ids."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from campaigns.domain.shared import criteria_readings as readings
from campaigns.infrastructure.audience.datasets import ROWS_PER_GROUP, Kind
from campaigns.infrastructure.audience.profiles import rows_of

_USER_ID = "user_id"
_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.TEXTS: pa.list_(pa.string()),
}
Attributes = Mapping[str, Any]


def merge(
    source: Path | None, target: Path, columns: Mapping[str, Kind], changes: Mapping[str, Attributes]
) -> tuple[int, dict[str, Kind]]:
    """How many rows there are, and which columns; attributes that no column has become columns."""
    kinds = {_USER_ID: Kind.TEXT, **columns, **_new_columns(columns, changes.values())}
    known = rows_of(source, sorted(changes)) if source else {}
    told = [_row(user_id, known.get(user_id, {}), changes[user_id], kinds) for user_id in sorted(changes)]
    schema = _schema(source, kinds)
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writing:
        for table in _groups(source, pa.Table.from_pylist(told, schema), schema):
            writing.write_table(table, row_group_size=_group_size(table.num_rows))
            rows += table.num_rows
    return rows, kinds


def _group_size(rows: int) -> int:
    """A group grows until it makes two."""
    return rows if rows < 2 * ROWS_PER_GROUP else ROWS_PER_GROUP


def _groups(source: Path | None, told: pa.Table, schema: pa.Schema) -> Iterator[pa.Table]:
    """Each group takes those who belong before its last person; the rest come after all."""
    waiting = told
    if source is not None:
        with pq.ParquetFile(source) as file:
            for group in range(file.num_row_groups):
                rows = _widened(file.read_row_group(group), schema)
                last = rows.column(_USER_ID)[-1]
                passed = pc.sum(pc.less_equal(waiting.column(_USER_ID), last)).as_py() or 0
                yield _joined(rows, waiting.slice(0, passed))
                waiting = waiting.slice(passed)
    if waiting.num_rows:
        yield waiting


def _joined(rows: pa.Table, told: pa.Table) -> pa.Table:
    if not told.num_rows:
        return rows
    untold = pc.invert(pc.is_in(rows.column(_USER_ID), value_set=told.column(_USER_ID).combine_chunks()))
    return pa.concat_tables([rows.filter(untold), told]).sort_by(_USER_ID)


def _widened(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    for field in schema:
        if field.name not in rows.column_names:
            rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
    return rows.select(schema.names)


def _schema(source: Path | None, kinds: Mapping[str, Kind]) -> pa.Schema:
    present = {field.name: field.type for field in pq.read_schema(source)} if source else {}
    return pa.schema([(name, present.get(name, _TYPES[kind])) for name, kind in kinds.items()])


def _new_columns(columns: Mapping[str, Kind], told: Any) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for attributes in told:
        for name, value in attributes.items():
            if name not in columns and name != _USER_ID and value is not None:
                found.setdefault(name, _kind(value))
    return found


def _kind(value: Any) -> Kind:
    match value:
        case bool():
            return Kind.BOOLEAN
        case int():
            return Kind.INTEGER
        case float():
            return Kind.NUMBER
        case list():
            return Kind.TEXTS
    return Kind.TEXT


def _row(user_id: str, known: Attributes, told: Attributes, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    given = {name: _as(kinds[name], value) for name, value in told.items() if name in kinds}
    return {**known, **given, _USER_ID: user_id}


def _as(kind: Kind, value: Any) -> Any:
    """The value as the column takes it; nothing where it cannot."""
    match kind:
        case Kind.TEXT:
            return _text(value)
        case Kind.INTEGER:
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case Kind.NUMBER:
            return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        case Kind.BOOLEAN:
            return value if isinstance(value, bool) else None
        case Kind.INSTANT:
            return readings.instant(value) if isinstance(value, str) else None
        case Kind.TEXTS:
            return [str(item) for item in value] if isinstance(value, list) else None


def _text(value: Any) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case datetime() | date():
            return value.isoformat()
    return str(value)

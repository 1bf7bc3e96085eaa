"""The embedded engine: DuckDB over the files of imports."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, ClassVar

import pyarrow as pa

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.datasets import Datasets, Kind
from campaigns.infrastructure.audience.engine import EngineLimits, engine, literal, parquet, quoted
from campaigns.infrastructure.audience.warehouses.naming import is_name
from campaigns.infrastructure.audience.warehouses.ports import BEYOND_ALL, Table

_GROUPS_PER_RANGE = 20


class DuckDbDialect:
    types: ClassVar[Mapping[Kind, str]] = {
        Kind.TEXT: "VARCHAR",
        Kind.INTEGER: "BIGINT",
        Kind.NUMBER: "DOUBLE",
        Kind.BOOLEAN: "BOOLEAN",
        Kind.INSTANT: "TIMESTAMPTZ",
        Kind.TEXTS: "VARCHAR[]",
    }

    def quoted(self, name: str) -> str:
        return quoted(name)

    def bound(self, name: str) -> str:
        return f"${name}"

    def fully(self, text: str, shape: str) -> str:
        return f"regexp_full_match({text}, '{shape}')"

    def number(self, text: str) -> str:
        return f"TRY_CAST({text} AS DOUBLE)"

    def instant(self, text: str) -> str:
        return f"TRY_CAST({text} AS TIMESTAMPTZ)"

    def contains(self, text: str, value: str) -> str:
        return f"contains({text}, {value})"

    def has(self, texts: str, value: str) -> str:
        return f"list_contains({texts}, {value})"

    def starts(self, text: str, value: str) -> str:
        return f"starts_with({text}, {value})"

    def ends(self, text: str, value: str) -> str:
        return f"suffix({text}, {value})"

    def without(self, text: str, shape: str) -> str:
        return f"regexp_replace({text}, '{shape}', '', 'g')"

    def loaded(self, name: str, columns: Mapping[str, Kind]) -> str:  # noqa: ARG002  a table knows its own
        return name


class DuckDbWarehouse:
    """Imports bring columns into our kinds already, so that files are read as they are."""

    dialect = DuckDbDialect()

    def __init__(self, datasets: Datasets, limits: EngineLimits) -> None:
        self._datasets = datasets
        self._limits = limits

    def table(self, tenant_id: TenantId, name: str) -> Table | None:
        dataset = self._datasets.current(tenant_id, name) if is_name(name) else None
        if dataset is None:
            return None
        path = self._datasets.path(tenant_id, name, dataset)
        return Table(relation=parquet(path), columns=dataset.columns, unique=True, version=dataset.file, file=path)

    @contextmanager
    def opened(self, tables: Iterable[Table]) -> Iterator["DuckDbSession"]:
        with engine(self._limits, {table.file for table in tables if table.file}) as connection:
            yield DuckDbSession(connection)


class DuckDbSession:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def load(self, name: str, rows: pa.Table) -> None:
        self._connection.register("loading", rows)
        self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM loading ORDER BY user_id")
        self._connection.unregister("loading")

    def ranges(self, people: Table | None) -> Iterator[tuple[str, str]]:
        """Any ids will do as ends; those of row groups read the least."""
        starts: list[str] = []
        if people and people.file:
            metadata = f"SELECT stats_min_value FROM parquet_metadata({literal(str(people.file))})"
            groups = f"{metadata} WHERE path_in_schema = 'user_id' ORDER BY row_group_id"
            lows = self._connection.execute(groups).fetchall()
            starts = [low for (low,) in lows[_GROUPS_PER_RANGE::_GROUPS_PER_RANGE]]
        return pairwise(["", *sorted({start for start in starts if start}), BEYOND_ALL])

    def batches(self, query: str, bound: Mapping[str, Any], rows: int) -> Iterator[pa.RecordBatch]:
        yield from self._connection.sql(query, params=bound).to_arrow_reader(rows)

    def first(self, query: str, bound: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(self._connection.execute(query, bound).fetchone())

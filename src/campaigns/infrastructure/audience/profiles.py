"""Profiles for workers: of a sorted file only the row groups are read that hold the people asked for."""

import asyncio
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.infrastructure.audience.datasets import PEOPLE, Datasets

_USER_ID = "user_id"


class _Opened:
    """One version of one tenant's people. Keeps the last row group read: batches ask for neighbours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Not mapped: what is read of a mapped file stays in the process's memory, the whole file at last.
        self._file = pq.ParquetFile(path, memory_map=False, pre_buffer=False)
        self._names = self._file.schema_arrow.names
        self._instants = [field.name for field in self._file.schema_arrow if _is_instant(field)]
        self._lowest = _lowest_ids(self._file)
        self._kept: tuple[int, tuple[str, ...], pa.Table, list[str]] | None = None

    def rows(self, user_ids: Sequence[str], columns: Sequence[str] | None) -> dict[str, dict[str, Any]]:
        """The rows that exist, by user id."""
        wanted = tuple(name for name in self._names if columns is None or name in columns or name == _USER_ID)
        by_group: dict[int, list[str]] = {}
        for user_id in user_ids:
            by_group.setdefault(max(0, bisect_right(self._lowest, user_id) - 1), []).append(user_id)
        found: dict[str, dict[str, Any]] = {}
        for group, ids in by_group.items():
            table, present = self._group(group, wanted)
            places = _places(present, ids)
            for row in table.take(places).to_pylist():
                found[row[_USER_ID]] = row
        for name in wanted:
            if name in self._instants:
                _in_utc(found.values(), name)
        return found

    def _group(self, group: int, columns: tuple[str, ...]) -> tuple[pa.Table, list[str]]:
        if self._kept is None or self._kept[:2] != (group, columns):
            table = _without_zones(self._file.read_row_group(group, columns=list(columns), use_threads=False))
            self._kept = (group, columns, table, table.column(_USER_ID).to_pylist())
        return self._kept[2], self._kept[3]

    def close(self) -> None:
        self._file.close()


class ParquetProfiles:
    """The ProfileSource over the people of the datasets. Reads in a thread; one read at a time."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets
        self._opened: dict[TenantId, _Opened] = {}
        self._turn = asyncio.Lock()

    async def fetch(
        self, tenant_id: TenantId, user_ids: Sequence[UserId], columns: Sequence[str] | None = None
    ) -> Sequence[Mapping[str, Any]]:
        async with self._turn:
            return await asyncio.to_thread(self._fetch, tenant_id, user_ids, columns)

    def _fetch(
        self, tenant_id: TenantId, user_ids: Sequence[UserId], columns: Sequence[str] | None
    ) -> list[dict[str, Any]]:
        opened = self._current(tenant_id)
        found = opened.rows(user_ids, columns) if opened else {}
        return [_known(user_id, found.get(user_id)) for user_id in user_ids]

    def _current(self, tenant_id: TenantId) -> _Opened | None:
        """The version that counts now, reopened after each import."""
        dataset = self._datasets.current(tenant_id)
        opened = self._opened.get(tenant_id)
        path = self._datasets.path(tenant_id, PEOPLE, dataset) if dataset else None
        if opened and opened.path != path:
            self._opened.pop(tenant_id).close()
            opened = None
        if path and not opened:
            # Arrow's usual allocator keeps some 40 MB of what decoding once took; this one gives it back.
            pa.set_memory_pool(pa.system_memory_pool())
            opened = self._opened[tenant_id] = _Opened(path)
        return opened


def _is_instant(field: pa.Field) -> bool:
    return isinstance(field.type, pa.TimestampType) and field.type.tz is not None


def _without_zones(table: pa.Table) -> pa.Table:
    """Instants as Arrow keeps them, in UTC: it asks for pandas to make a Python instant with a zone."""
    fields = [field.with_type(pa.timestamp(field.type.unit)) if _is_instant(field) else field for field in table.schema]
    return table.cast(pa.schema(fields))


def _in_utc(rows: Iterable[dict[str, Any]], name: str) -> None:
    for row in rows:
        if row[name] is not None:
            row[name] = row[name].replace(tzinfo=UTC)


def _lowest_ids(file: pq.ParquetFile) -> list[str]:
    """The lowest user id of each row group, or something below it: statistics may be cut short."""
    column = file.schema_arrow.get_field_index(_USER_ID)
    groups = (file.metadata.row_group(group).column(column).statistics for group in range(file.num_row_groups))
    return [str(statistics.min) if statistics and statistics.has_min_max else "" for statistics in groups]


def _places(present: list[str], ids: Sequence[str]) -> pa.Array:
    """Where in a sorted list the ids stand that are in it."""
    places = array("q")
    for user_id in ids:
        at = bisect_right(present, user_id) - 1
        if at >= 0 and present[at] == user_id:
            places.append(at)
    # Not pa.array: it would import pandas, where it is installed, and a worker can do without its 50 MB.
    return pa.Array.from_buffers(pa.int64(), len(places), [None, pa.py_buffer(places)])


def _known(user_id: UserId, row: Mapping[str, Any] | None) -> dict[str, Any]:
    known = {name: value for name, value in (row or {}).items() if value is not None}
    known[_USER_ID] = user_id
    return known


def row_of(path: Path, user_id: UserId) -> Mapping[str, Any] | None:
    """One row of a dataset; None when the person is not in it."""
    return rows_of(path, [user_id]).get(user_id)


def rows_of(path: Path, user_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """The rows of a dataset that exist, by user id; ids ascend."""
    opened = _Opened(path)
    try:
        return opened.rows(user_ids, None)
    finally:
        opened.close()

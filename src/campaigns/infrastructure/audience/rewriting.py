"""A version of a dataset without some people: the same file, row group by row group."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_USER_ID = "user_id"


def write_without(source: Path, target: Path, user_ids: Collection[str]) -> int:
    """Every row but theirs, in the same order and in groups as large; how many were left out."""
    gone = pa.array(sorted(user_ids), pa.string())
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as writing:
        return sum(_copy(file, group, writing, gone) for group in range(file.num_row_groups))


def holds(source: Path, user_ids: Collection[str]) -> bool:
    """Whether a row of any of them is in the file; only row groups that may hold one are read."""
    gone = pa.array(sorted(user_ids), pa.string())
    with pq.ParquetFile(source) as file:
        asked = (group for group in range(file.num_row_groups) if _may_hold(file, group, user_ids))
        present = (file.read_row_group(group, columns=[_USER_ID]).column(_USER_ID) for group in asked)
        return any(pc.any(pc.is_in(column, value_set=gone)).as_py() for column in present)


def _may_hold(file: Any, group: int, user_ids: Collection[str]) -> bool:
    column = file.schema_arrow.get_field_index(_USER_ID)
    bounds = file.metadata.row_group(group).column(column).statistics
    return bounds is None or not bounds.has_min_max or _within(str(bounds.min), str(bounds.max), user_ids)


def _within(lowest: str, highest: str, user_ids: Collection[str]) -> bool:
    """Statistics may be cut short: the highest only has to begin like an id."""
    return any(lowest <= user_id and user_id[: len(highest)] <= highest for user_id in user_ids)


def _copy(file: Any, group: int, writing: Any, gone: pa.Array) -> int:
    rows = file.read_row_group(group)
    kept = rows.filter(pc.invert(pc.is_in(rows.column(_USER_ID), value_set=gone)))
    if kept.num_rows:
        writing.write_table(kept)
    return int(rows.num_rows - kept.num_rows)

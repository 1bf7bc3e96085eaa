"""Who stands in a Parquet file."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq


def user_ids_in(path: Path) -> Iterator[list[str]]:
    """The ids of one row group after the other. Blocks."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=["user_id"]).column("user_id").to_pylist()

"""Rows of some people, by a query; for tables that are no files."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from campaigns.domain.shared.ids import UserId
from campaigns.infrastructure.audience.datasets import Kind
from campaigns.infrastructure.audience.warehouses.ports import Table, Warehouse

_ROWS = 5_000
_ASKED = {"user_id": Kind.TEXT}


def rows_of(
    warehouse: Warehouse, table: Table, user_ids: Sequence[UserId], columns: Sequence[str] | None
) -> Iterator[dict[str, Any]]:
    """The rows that exist, in no order. None for `columns` means all."""
    dialect = warehouse.dialect
    wanted = [name for name in table.columns if columns is None or name in columns or name == "user_id"]
    chosen = ", ".join(f"p.{dialect.quoted(name)}" for name in wanted)
    asked = f"(SELECT user_id AS asked FROM {dialect.loaded('asked', _ASKED)} r) a"
    query = f"SELECT {chosen} FROM {table.relation} p JOIN {asked} ON a.asked = p.user_id"
    with warehouse.opened([table]) as session:
        session.load("asked", pa.table({"user_id": pa.array(dict.fromkeys(user_ids), pa.string())}))
        for batch in session.batches(query, {}, _ROWS):
            yield from batch.to_pylist()

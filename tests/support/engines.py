"""The same people in every engine: a file, a table of PostgreSQL, a table of a real Spark Connect server."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.datasets import Dataset, Datasets, Kind
from campaigns.infrastructure.audience.engine import EngineLimits
from campaigns.infrastructure.audience.warehouses.duckdb import DuckDbWarehouse
from campaigns.infrastructure.audience.warehouses.naming import TableNames
from campaigns.infrastructure.audience.warehouses.ports import Warehouse
from campaigns.infrastructure.audience.warehouses.postgres import PostgresWarehouse
from campaigns.infrastructure.audience.warehouses.spark import SparkWarehouse

TENANT = TenantId("acme")
_KINDS = {
    pa.string(): Kind.TEXT,
    pa.int64(): Kind.INTEGER,
    pa.float64(): Kind.NUMBER,
    pa.bool_(): Kind.BOOLEAN,
    pa.timestamp("us", "UTC"): Kind.INSTANT,
    pa.list_(pa.string()): Kind.TEXTS,
}


@contextmanager
def spark_connect() -> Iterator[str]:
    """The address of a server of the Spark Connect protocol: Sail, which needs no Java."""
    from pysail.spark import SparkConnectServer  # noqa: PLC0415  130 MB that few tests need

    logging.getLogger("pyspark").setLevel(logging.ERROR)
    server = SparkConnectServer(port=0)
    server.start(background=True)
    try:
        yield f"sc://127.0.0.1:{server.listening_address[1]}"
    finally:
        server.stop()


def embedded(home: Path, **tables: pa.Table) -> DuckDbWarehouse:
    datasets = Datasets(home)
    for name, rows in tables.items():
        folder = datasets.folder(TENANT, name)
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows.sort_by("user_id"), folder / "v.parquet", row_group_size=20_480)
        columns = {field.name: _KINDS[field.type] for field in rows.schema}
        datasets.switch(TENANT, name, Dataset(file="v.parquet", rows=rows.num_rows, columns=columns))
    return DuckDbWarehouse(datasets, EngineLimits(scratch=home / "scratch"))


def in_postgres(url: str, **tables: pa.Table) -> PostgresWarehouse:
    dialect = PostgresWarehouse.dialect
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {TENANT}")
        for name, rows in tables.items():
            written = ", ".join(
                f"{dialect.quoted(field.name).replace('%%', '%')} {dialect.types[_KINDS[field.type]]}"
                for field in rows.schema
            )
            connection.execute(f"DROP TABLE IF EXISTS {TENANT}.{name}")  # type: ignore[arg-type]
            connection.execute(f"CREATE TABLE {TENANT}.{name} ({written})")  # type: ignore[arg-type]
            with connection.cursor().copy(f"COPY {TENANT}.{name} FROM STDIN (FORMAT BINARY)") as copy:  # type: ignore[arg-type]
                copy.set_types([dialect.types[_KINDS[field.type]] for field in rows.schema])
                for row in rows.to_pylist():
                    copy.write_row(list(row.values()))
    return PostgresWarehouse(url, TableNames("{tenant}.{dataset}"))


def in_spark(address: str, lake: Path, **tables: pa.Table) -> SparkWarehouse:
    for name, rows in tables.items():
        folder = lake / TENANT / name
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, folder / "part-0.parquet")
    return SparkWarehouse(address, TableNames(f"parquet.{lake}/{{tenant}}/{{dataset}}"))


def everywhere(url: str, address: str, home: Path, **tables: pa.Table) -> dict[str, Warehouse]:
    return {
        "embedded": embedded(home / "embedded", **tables),
        "postgres": in_postgres(url, **tables),
        "spark": in_spark(address, home / "lake", **tables),
    }

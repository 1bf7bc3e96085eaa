"""DuckDB, locked down: it reads the files it is shown, keeps to its memory, and takes no other instruction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from msgspec import Struct


class EngineLimits(Struct, frozen=True, kw_only=True):
    """What one query may use. `scratch` is where it spills to when memory runs out."""

    scratch: Path
    memory_mb: int = 128
    threads: int = 2
    scratch_gb: int = 20


@contextmanager
def engine(limits: EngineLimits, readable: Iterable[Path]) -> Iterator[Any]:
    """A connection that touches the files `readable` and its scratch, nothing else; closed at the end.

    Rows come in no order but the one a query asks for.
    """
    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what was freed: more with every million people
    limits.scratch.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(":memory:")
    try:
        for setting in (
            "SET TimeZone = 'UTC'",
            f"SET memory_limit = '{limits.memory_mb}MB'",
            f"SET threads = {limits.threads}",
            f"SET temp_directory = {literal(str(limits.scratch))}",
            f"SET max_temp_directory_size = '{limits.scratch_gb}GB'",
            "SET preserve_insertion_order = false",
            "SET enable_progress_bar = false",  # a service has no terminal
            "SET parquet_metadata_cache = true",
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            f"SET allowed_paths = [{', '.join(literal(str(path)) for path in readable)}]",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            connection.execute(setting)
        yield connection
    finally:
        connection.close()


def literal(text: str) -> str:
    """A text as an SQL literal, for the few places where nothing can be bound."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name in SQL, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def parquet(path: Path) -> str:
    """The rows of a file as a relation."""
    return f"read_parquet({literal(str(path))})"

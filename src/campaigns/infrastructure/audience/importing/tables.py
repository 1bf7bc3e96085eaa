"""From an upload to a dataset: texts get their kinds, the last row of a person wins, everything is sorted."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from campaigns.infrastructure.audience.datasets import ROWS_PER_GROUP, Kind
from campaigns.infrastructure.audience.engine import EngineLimits, engine, literal, quoted
from campaigns.infrastructure.audience.importing.child import Done, Task
from campaigns.infrastructure.audience.importing.kinds import declared, inferred, normalised
from campaigns.infrastructure.audience.importing.limits import ImportLimits, Refused
from campaigns.infrastructure.audience.importing.prescan import prescan
from campaigns.infrastructure.audience.importing.sources import csv_rows, xlsx_rows
from campaigns.infrastructure.audience.importing.staging import (
    LONGEST_USER_ID,
    ROW,
    USER_ID,
    Rejections,
    checked_header,
    stage,
)

_READERS = {"csv": csv_rows, "xlsx": xlsx_rows}
_BATCH = 20_480


def take_in(task: Task, progress: Callable[[int], None]) -> Done:
    """Refused when the file as a whole cannot be taken in."""
    source, scratch = Path(task.source), Path(task.scratch)
    prescan(source, task.file_format, task.limits)
    rejections = Rejections(task.limits.rejections)
    columns, read = None, 0
    if task.file_format in _READERS:
        rows = _READERS[task.file_format](source)
        source = scratch / "staged.parquet"
        columns, read = stage(rows, source, task.limits, rejections, progress)
    limits = EngineLimits(scratch=scratch, memory_mb=task.limits.engine_mb, threads=1)
    try:
        with engine(limits, [source]) as connection:
            return _sorted(connection, task, _Staged(source, columns, read), rejections)
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    except duckdb.Error as error:
        raise Refused(f"the file cannot be read: {str(error).splitlines()[0][:200]}") from error


class _Staged(NamedTuple):
    """Where the rows are; for texts their columns and how many were read, for a typed file None and 0."""

    path: Path
    columns: list[str] | None
    read: int


def _sorted(connection: Any, task: Task, source: _Staged, rejections: Rejections) -> Done:
    staged, read = source.columns is not None, source.read
    relation = f"read_parquet({literal(str(source.path))}{'' if staged else ', file_row_number = true'})"
    if source.columns is not None:
        kinds = inferred(connection, relation, source.columns)
    else:
        kinds = _declared(connection, source.path, task.limits)
        read = _reject(connection, relation, kinds, task.limits, rejections)
    number = ROW if staged else "file_row_number"
    chosen = [normalised(name, kind) for name, kind in kinds.items() if name != USER_ID]
    query = (
        f"SELECT {', '.join([f'{USER_ID}::VARCHAR AS {USER_ID}', *chosen])} FROM {relation}"
        f" WHERE {_acceptable(kinds, task.limits)} ORDER BY 1, {number}"
    )
    imported, replaced = _write_last(connection.sql(query).to_arrow_reader(_BATCH), Path(task.target))
    return Done(
        rows=read,
        imported=imported,
        replaced=replaced,
        rejected=rejections.count,
        rejections=[msgspec.to_builtins(told) for told in rejections.told],
        columns={name: str(kind) for name, kind in kinds.items()},
        error=None if imported else "the file holds no row that can be taken in; what counted before still counts",
    )


def _declared(connection: Any, source: Path, limits: ImportLimits) -> dict[str, Kind]:
    described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(source))})").fetchall()
    checked_header([name for name, *_ in described], limits)
    return declared({name: kind for name, kind, *_ in described})


def _acceptable(kinds: Mapping[str, Kind], limits: ImportLimits) -> str:
    """True for rows that break no rule; the same rules as `staging.broken_rule`."""
    return " AND ".join(f"NOT coalesce({broken}, false)" for _, broken in _rules(kinds, limits))


def _rules(kinds: Mapping[str, Kind], limits: ImportLimits) -> list[tuple[str, str]]:
    user_id = f"{USER_ID}::VARCHAR"
    rules = [
        ("user_id is missing", f"({USER_ID} IS NULL OR {user_id} = '')"),
        (f"user_id has more than {LONGEST_USER_ID} characters", f"length({user_id}) > {LONGEST_USER_ID}"),
    ]
    texts = [quoted(name) for name, kind in kinds.items() if kind is Kind.TEXT]
    long = " OR ".join(f"length({text}::VARCHAR) > {limits.text}" for text in texts)
    nul = " OR ".join(f"contains({text}::VARCHAR, chr(0))" for text in texts)
    return [*rules, (f"a value has more than {limits.text:,} characters", f"({long})"), ("holds NUL", f"({nul})")]


def _reject(
    connection: Any, relation: str, kinds: Mapping[str, Kind], limits: ImportLimits, rejections: Rejections
) -> int:
    """Count and name the rows of a typed file that break a rule; returns the number of rows."""
    ((read,),) = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()
    if read > limits.rows:
        raise Refused(f"the file has more than {limits.rows:,} rows")
    cases = " ".join(f"WHEN {broken} THEN {literal(rule)}" for rule, broken in _rules(kinds, limits))
    broken = f"SELECT file_row_number + 1, CASE {cases} END FROM {relation} WHERE NOT ({_acceptable(kinds, limits)})"
    for row, rule in _each(connection.execute(f"{broken} ORDER BY 1")):
        rejections.add(row, rule)
    return int(read)


def _each(result: Any) -> Iterator[tuple[int, str]]:
    while rows := result.fetchmany(10_000):
        yield from rows


def _write_last(batches: pa.RecordBatchReader, target: Path) -> tuple[int, int]:
    """Of neighbours with one user_id the last is kept; returns how many were written and how many replaced."""
    written = replaced = 0
    held: pa.Table | None = None
    with pq.ParquetWriter(target, batches.schema, compression="zstd") as writer:
        for batch in batches:
            table = pa.Table.from_batches([batch])
            table = pa.concat_tables([held, table]).combine_chunks() if held is not None else table
            ids = table.column(USER_ID).combine_chunks()
            last = pc.not_equal(ids[:-1], ids[1:]) if len(ids) > 1 else pa.array([], pa.bool_())
            kept = table.slice(0, len(ids) - 1).filter(last)
            replaced += len(ids) - 1 - kept.num_rows
            held = table.slice(len(ids) - 1) if len(ids) else None
            if kept.num_rows:
                written += kept.num_rows
                writer.write_table(kept, row_group_size=ROWS_PER_GROUP)
        if held is not None:
            written += held.num_rows
            writer.write_table(held)
    return written, replaced

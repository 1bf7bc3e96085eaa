"""From an upload to a dataset: texts get their kinds, the last row of a person wins, everything is sorted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from campaigns.infrastructure.audience.datasets import ROWS_PER_GROUP, Kind
from campaigns.infrastructure.audience.engine import EngineLimits, engine, literal, quoted
from campaigns.infrastructure.audience.importing.child import USER_ID, ClosedColumn, Done, Task
from campaigns.infrastructure.audience.importing.kinds import declared, inferred, normalised
from campaigns.infrastructure.audience.importing.limits import ImportLimits, Refused
from campaigns.infrastructure.audience.importing.prescan import prescan
from campaigns.infrastructure.audience.importing.sources import csv_rows, xlsx_rows
from campaigns.infrastructure.audience.importing.staging import (
    LONGEST_USER_ID,
    ROW,
    Rejections,
    checked_header,
    stage,
    words_rule,
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
        columns, read = stage(rows, source, task, rejections, progress)
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
        read = _reject(connection, relation, kinds, task, rejections)
    number = ROW if staged else "file_row_number"
    chosen = {name: _chosen(name, kind, task) for name, kind in kinds.items() if name != USER_ID}
    chosen = {USER_ID: f"{USER_ID}::VARCHAR AS {USER_ID}", **chosen}
    key = [name for name in chosen if name in task.key]
    places = [str(place) for place, name in enumerate(chosen, 1) if name in key]
    query = (
        f"SELECT {', '.join(chosen.values())} FROM {relation}"
        f" WHERE {_acceptable(kinds, task)} ORDER BY {', '.join(places)}, {number}"
    )
    imported, replaced = _write_last(connection.sql(query).to_arrow_reader(_BATCH), Path(task.target), key)
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


def _chosen(name: str, kind: Kind, task: Task) -> str:
    if name not in task.closed:
        return normalised(name, kind)
    column = quoted(name)
    return f"coalesce(nullif({column}::VARCHAR, ''), {literal(task.closed[name].otherwise)}) AS {column}"


def _acceptable(kinds: Mapping[str, Kind], task: Task) -> str:
    """True for rows that break no rule; the same rules as in `staging`."""
    return " AND ".join(f"NOT coalesce({broken}, false)" for _, broken in _rules(kinds, task))


def _rules(kinds: Mapping[str, Kind], task: Task) -> list[tuple[str, str]]:
    limits, user_id = task.limits, f"{USER_ID}::VARCHAR"
    rules = [
        ("user_id is missing", f"({USER_ID} IS NULL OR {user_id} = '')"),
        (f"user_id has more than {LONGEST_USER_ID} characters", f"length({user_id}) > {LONGEST_USER_ID}"),
    ]
    texts = [quoted(name) for name, kind in kinds.items() if kind is Kind.TEXT]
    long = " OR ".join(f"length({text}::VARCHAR) > {limits.text}" for text in texts)
    nul = " OR ".join(f"contains({text}::VARCHAR, chr(0))" for text in texts)
    rules += [(f"a value has more than {limits.text:,} characters", f"({long})"), ("holds NUL", f"({nul})")]
    return [*rules, *(_words(name, column) for name, column in task.closed.items() if name in kinds)]


def _words(name: str, column: ClosedColumn) -> tuple[str, str]:
    words = ", ".join(literal(word) for word in ("", *column.words))
    return words_rule(name, column), f"({quoted(name)}::VARCHAR NOT IN ({words}))"


def _reject(connection: Any, relation: str, kinds: Mapping[str, Kind], task: Task, rejections: Rejections) -> int:
    """Count and name the rows of a typed file that break a rule; returns the number of rows."""
    ((read,),) = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()
    if read > task.limits.rows:
        raise Refused(f"the file has more than {task.limits.rows:,} rows")
    cases = " ".join(f"WHEN {broken} THEN {literal(rule)}" for rule, broken in _rules(kinds, task))
    broken = f"SELECT file_row_number + 1, CASE {cases} END FROM {relation} WHERE NOT ({_acceptable(kinds, task)})"
    for row, rule in _each(connection.execute(f"{broken} ORDER BY 1")):
        rejections.add(row, rule)
    return int(read)


def _each(result: Any) -> Iterator[tuple[int, str]]:
    while rows := result.fetchmany(10_000):
        yield from rows


def _write_last(batches: pa.RecordBatchReader, target: Path, key: Sequence[str]) -> tuple[int, int]:
    """Of neighbours with one key the last is kept; returns how many were written and how many replaced."""
    written = replaced = 0
    held: pa.Table | None = None
    with pq.ParquetWriter(target, batches.schema, compression="zstd") as writer:
        for batch in batches:
            table = pa.Table.from_batches([batch])
            table = pa.concat_tables([held, table]).combine_chunks() if held is not None else table
            last = _last(table, key) if len(table) > 1 else pa.array([], pa.bool_())
            kept = table.slice(0, len(table) - 1).filter(last)
            replaced += len(table) - 1 - kept.num_rows
            held = table.slice(len(table) - 1) if len(table) else None
            if kept.num_rows:
                written += kept.num_rows
                writer.write_table(kept, row_group_size=ROWS_PER_GROUP)
        if held is not None:
            written += held.num_rows
            writer.write_table(held)
    return written, replaced


def _last(table: pa.Table, key: Sequence[str]) -> pa.Array:
    """Of every row but the last one: whether another key follows."""
    columns = [table.column(name).combine_chunks() for name in key]
    return reduce(pc.or_, (pc.not_equal(column[:-1], column[1:]) for column in columns))

"""Text rows, checked one by one, into a Parquet file of texts: what a table needs before its types are known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct, field

from campaigns.infrastructure.audience.importing.child import USER_ID, ClosedColumn, Task
from campaigns.infrastructure.audience.importing.limits import ImportLimits, Refused
from campaigns.infrastructure.audience.importing.sources import Row

ROW = "import_row"
LONGEST_USER_ID = 255
_LONGEST_NAME = 128
_BATCH = 20_000


class Rejection(Struct, frozen=True):
    """A row that was left out, and the rule it broke."""

    row: int
    rule: str


class Rejections(Struct):
    """All are counted, the first thousand are told."""

    most: int
    count: int = 0
    told: list[Rejection] = field(default_factory=list)

    def add(self, row: int, rule: str) -> None:
        self.count += 1
        if len(self.told) < self.most:
            self.told.append(Rejection(row, rule))


def stage(
    rows: Iterator[Row], target: Path, task: Task, rejections: Rejections, progress: Callable[[int], None]
) -> tuple[list[str], int]:
    """The columns, and how many rows were read; Refused when the file is no table of people."""
    limits = task.limits
    header = next(rows, None)
    if header is None:
        raise Refused("the file has no header row")
    columns = checked_header(header[1], limits)
    at, closed = columns.index(USER_ID), closed_among(columns, task.closed)
    schema = pa.schema([(ROW, pa.int64()), *((name, pa.string()) for name in columns)])
    read = 0
    with pq.ParquetWriter(target, schema) as writer:
        batch: list[Row] = []
        for read, (number, cells) in enumerate(_filled(rows, limits), 1):
            if rule := broken_rule(cells, at, len(columns), limits) or unknown_word(cells, closed):
                rejections.add(number, rule)
            else:
                batch.append((number, cells))
            if len(batch) == _BATCH:
                _write(writer, schema, batch)
                progress(read)
        _write(writer, schema, batch)
    return columns, read


def _filled(rows: Iterator[Row], limits: ImportLimits) -> Iterator[Row]:
    """The rows that hold anything; Refused when they are too many."""
    filled = (row for row in rows if any(row[1]))
    for count, row in enumerate(filled, 1):
        if count > limits.rows:
            raise Refused(f"the file has more than {limits.rows:,} rows")
        yield row


def checked_header(cells: Sequence[str | None], limits: ImportLimits) -> list[str]:
    names = [(cell or "").strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > limits.columns:
        raise Refused(f"the file has more than {limits.columns} columns")
    for name in names:
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or name == ROW:
            raise Refused(f"the header holds {name[:40]!r}, which cannot name a column")
    if len({name.casefold() for name in names}) != len(names):
        raise Refused("the header names a column twice")
    if USER_ID not in names:
        raise Refused("the header names no column user_id")
    return names


def broken_rule(cells: Sequence[str | None], at: int, width: int, limits: ImportLimits) -> str | None:
    """The first rule that a row breaks."""
    if any(cells[width:]):
        return f"has {len(cells)} fields where the header has {width}"
    user_id = cells[at] if at < len(cells) else None
    if not user_id:
        return "user_id is missing"
    if len(user_id) > LONGEST_USER_ID:
        return f"user_id has more than {LONGEST_USER_ID} characters"
    for cell in cells:
        if cell and (len(cell) > limits.text or "\0" in cell):
            return f"a value has more than {limits.text:,} characters" if len(cell) > limits.text else "holds NUL"
    return None


def closed_among(columns: Sequence[str], closed: Mapping[str, ClosedColumn]) -> dict[int, tuple[frozenset[str], str]]:
    """By place: what the column may say, and the rule."""
    return {
        place: (frozenset(closed[name].words), words_rule(name, closed[name]))
        for place, name in enumerate(columns)
        if name in closed
    }


def words_rule(name: str, column: ClosedColumn) -> str:
    return f"{name} must be one of {', '.join(column.words)}"


def unknown_word(cells: Sequence[str | None], closed: Mapping[int, tuple[frozenset[str], str]]) -> str | None:
    """The rule of the first closed column in which a row says something else."""
    for place, (words, rule) in closed.items():
        if place < len(cells) and cells[place] and cells[place] not in words:
            return rule
    return None


def _write(writer: pq.ParquetWriter, schema: pa.Schema, batch: list[tuple[int, Sequence[str | None]]]) -> None:
    if not batch:
        return
    width = len(schema) - 1
    padded = [list(cells[:width]) + [None] * (width - len(cells)) for _, cells in batch]
    columns = [pa.array([number for number, _ in batch], pa.int64())]
    columns += [pa.array(column, pa.string()) for column in zip(*padded, strict=True)]
    writer.write_batch(pa.record_batch(columns, schema=schema))
    batch.clear()

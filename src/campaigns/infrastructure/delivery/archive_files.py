"""Parquet files that are either there, whole and verified, or not there."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from msgspec import Struct

from campaigns.application.delivery.archiving import ArchiveError
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.durable import synced


class ArchivedFile(Struct, frozen=True):
    """`sha256` is of the file."""

    name: str
    rows: int
    sha256: str


class Contents:
    """How many rows passed by, and the digest of what they say."""

    def __init__(self) -> None:
        self.rows = 0
        self._digest = hashlib.sha256()

    def add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        said = pa.BufferOutputStream()
        pa_csv.write_csv(batch, said, pa_csv.WriteOptions(include_header=False))
        self._digest.update(said.getvalue())

    def digest(self) -> tuple[int, str]:
        return self.rows, self._digest.hexdigest()


async def write_parquet(path: Path, schema: pa.Schema, batches: AsyncIterator[pa.RecordBatch]) -> ArchivedFile:
    """Write, read again and compare, then put in place; an earlier file of this name is replaced.

    ArchiveError, and DependencyDownError when the folder takes no files.
    """
    try:
        return await _written(path, schema, batches)
    except OSError as error:
        raise DependencyDownError("archive", f"{path} cannot be written: {error.strerror}.") from error


async def _written(path: Path, schema: pa.Schema, batches: AsyncIterator[pa.RecordBatch]) -> ArchivedFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    written = Contents()
    with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
        async for batch in batches:
            await asyncio.to_thread(_write, writer, batch, written)
    await asyncio.to_thread(_put_in_place, unfinished, path, written)
    return ArchivedFile(path.name, written.rows, await asyncio.to_thread(digest_of, path))


def _write(writer: Any, batch: pa.RecordBatch, written: Contents) -> None:
    writer.write_batch(batch)
    written.add(batch)


def _put_in_place(unfinished: Path, path: Path, written: Contents) -> None:
    synced(unfinished)
    if _contents_of(unfinished).digest() != written.digest():
        raise ArchiveError(f"{unfinished} does not hold the {written.rows:,} rows that were written to it")
    unfinished.replace(path)
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        synced(folder)


def _contents_of(path: Path) -> Contents:
    found = Contents()
    try:
        with pq.ParquetFile(path) as file:
            for batch in _batches_of(file):
                found.add(batch)
    except (pa.ArrowInvalid, OSError) as error:
        raise ArchiveError(f"{path} cannot be read again: {error}") from error
    return found


def _batches_of(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    for group in range(file.num_row_groups):
        yield from file.read_row_group(group).combine_chunks().to_batches()


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Archived executions: their files are written again without the people, verified, and their digests noted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec import Struct

from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.late_facts import Names, impersonal
from campaigns.infrastructure.audience.rewriting import holds
from campaigns.infrastructure.delivery.archive_files import ArchivedFile, digest_of, write_parquet
from campaigns.infrastructure.postgres.database import Database

_ARCHIVES: LiteralString = "select execution_id, execution_no, folder, files from ledger_archives where tenant_id = %s"
_ERASED: LiteralString = "select execution_no, seq from erased_messages where pseudonym = any(%s)"
_NOTE: LiteralString = """
insert into erased_messages (tenant_id, pseudonym, execution_no, seq) values (%s, %s, %s, %s) on conflict do nothing"""
_FILES: LiteralString = "update ledger_archives set files = %s where execution_id = %s"
_PEOPLE, _FACTS = "people.parquet", "facts.parquet"
Rewrite = Callable[[pa.RecordBatch], pa.RecordBatch]


class _Archive(Struct, frozen=True):
    execution_id: UUID
    execution_no: int
    folder: str
    files: list[dict[str, Any]]


class ArchiveFiles:
    """Messages are noted before their files change: a crash in between repeats the rest."""

    name = "archives"

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        async with self._database.system() as connection:
            archives = await (await connection.execute(_ARCHIVES, (tenant_id,))).fetchall()
            known = await (await connection.execute(_ERASED, ([one.pseudonym for one in people],))).fetchall()
        found = 0
        for archive in (_Archive(*row) for row in archives):
            before = {seq for execution_no, seq in known if execution_no == archive.execution_no}
            found += await self._forget_in(tenant_id, archive, people, before)
        return found

    async def _forget_in(
        self, tenant_id: TenantId, archive: _Archive, people: Sequence[Forgotten], before: set[int]
    ) -> int:
        folder = self._folder / archive.folder
        user_ids: dict[str, str] = {one.user_id: one.pseudonym for one in people}
        standing = await asyncio.to_thread(_standing, folder / _PEOPLE, user_ids)
        if standing:
            noted = [(tenant_id, user_ids[user_id], archive.execution_no, seq) for seq, user_id in standing]
            async with self._database.system() as connection:
                await connection.cursor().executemany(_NOTE, noted)
        if not standing and await asyncio.to_thread(_verified, folder, archive.files, before):
            return 0
        await self._rewrite(archive, folder, user_ids, {seq for seq, _ in standing} | before)
        return len(standing)

    async def _rewrite(self, archive: _Archive, folder: Path, user_ids: Collection[str], seqs: set[int]) -> None:
        facts = await _written_again(folder / _FACTS, lambda batch: _facts_without(batch, seqs))
        people = await _written_again(folder / _PEOPLE, lambda batch: _people_without(batch, user_ids))
        changed = {file.name: file for file in (people, facts)}
        files = [changed.get(file["name"]) or msgspec.convert(file, ArchivedFile) for file in archive.files]
        async with self._database.system() as connection:
            await connection.execute(_FILES, (msgspec.json.encode(files).decode(), archive.execution_id))


def _standing(path: Path, user_ids: Collection[str]) -> list[tuple[int, str]]:
    """Messages of these people, by number."""
    if not holds(path, user_ids):
        return []
    wanted = pc.field("user_id").isin(sorted(user_ids))
    rows = pq.read_table(path, columns=["seq", "user_id"], filters=wanted).to_pylist()
    return [(row["seq"], row["user_id"]) for row in rows]


def _verified(folder: Path, files: Sequence[dict[str, Any]], before: set[int]) -> bool:
    """Whether the files are those that are noted; asked only where somebody was erased before."""
    return not before or all(digest_of(folder / file["name"]) == file["sha256"] for file in files)


async def _written_again(path: Path, rewrite: Rewrite) -> ArchivedFile:
    schema = await asyncio.to_thread(pq.read_schema, path)
    return await write_parquet(path, schema, _batches(path, rewrite))


async def _batches(path: Path, rewrite: Rewrite) -> AsyncIterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            for batch in (await asyncio.to_thread(file.read_row_group, group)).combine_chunks().to_batches():
                yield rewrite(batch)


def _people_without(batch: pa.RecordBatch, user_ids: Collection[str]) -> pa.RecordBatch:
    column = batch.column("user_id")
    gone = pc.is_in(column, value_set=pa.array(sorted(user_ids), pa.string()))
    return _with(batch, "user_id", pc.if_else(gone, pa.scalar(None, pa.string()), column))


def _facts_without(batch: pa.RecordBatch, seqs: set[int]) -> pa.RecordBatch:
    theirs = pc.is_in(batch.column("seq"), value_set=pa.array(sorted(seqs), pa.int32()))
    if not pc.any(theirs).as_py():
        return batch
    names = Names()
    columns = [batch.column(name).to_pylist() for name in ("seq", "detail")]
    details = [
        _impersonal(detail, names.of((0, seq))) if is_theirs and detail else detail
        for seq, detail, is_theirs in zip(*columns, theirs.to_pylist(), strict=True)
    ]
    return _with(batch, "detail", pa.array(details, pa.string()))


def _impersonal(detail: str, name: Callable[[str], str]) -> str:
    return msgspec.json.encode(impersonal(msgspec.json.decode(detail), name)).decode()


def _with(batch: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    at = batch.schema.get_field_index(name)
    columns = [*batch.columns[:at], column, *batch.columns[at + 1 :]]
    return pa.record_batch(columns, schema=batch.schema)

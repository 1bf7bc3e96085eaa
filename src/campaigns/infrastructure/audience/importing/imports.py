"""Uploads: their files below the home directory, their fate in Postgres."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import msgspec
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from campaigns.application.audience.ports import Import
from campaigns.domain.audience.errors import ImportNotFoundError, UnreadableImportError
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.datasets import PEOPLE
from campaigns.infrastructure.audience.importing.child import Done
from campaigns.infrastructure.audience.importing.limits import ImportLimits
from campaigns.infrastructure.durable import synced
from campaigns.infrastructure.postgres.announcing import announce_work
from campaigns.infrastructure.postgres.database import Database

_LEASE = "30 seconds"
_ATTEMPTS = 3
_COLUMNS = """import_id as id, tenant_id, dataset, file_name, format, bytes, status, rows, imported, rejected, replaced,
    rejections, columns, error, attempts, suppresses, created_by, created_at, started_at, finished_at"""
_QUEUE = """
insert into audience_imports (tenant_id, import_id, dataset, file_name, format, bytes, status, suppresses, created_by,
                              created_at)
values (%(tenant_id)s, %(id)s, %(dataset)s, %(file_name)s, %(format)s, %(bytes)s, 'pending', %(suppresses)s,
        %(created_by)s, %(created_at)s)
"""
_CLAIM = f"""
update audience_imports set status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, %(now)s),
       rows = 0, lease_until = now() + interval '{_LEASE}'
 where import_id = (select import_id from audience_imports
                     where status = 'pending' or (status = 'running' and lease_until < now())
                     order by created_at limit 1 for update skip locked)
returning {_COLUMNS}
"""
_FINISH = """
update audience_imports
   set status = %(status)s, rows = %(rows)s, imported = %(imported)s, rejected = %(rejected)s, replaced = %(replaced)s,
       rejections = %(rejections)s, columns = %(columns)s, error = %(error)s, finished_at = %(now)s, lease_until = null
 where import_id = %(id)s and status = 'running' and attempts = %(attempts)s
"""
_AWAITED = "select tenant_id, import_id, format from audience_imports where status in ('pending', 'running')"
_RELEASE = """
update audience_imports set status = 'pending', attempts = attempts - 1, lease_until = null
 where import_id = %s and status = 'running' and attempts = %s
"""


_OVERTAKEN = """
delete from profile_changes where tenant_id = %s and not pending and at <= %s"""


class PostgresImports:
    """Imports, and the queue that the desk works off."""

    def __init__(self, database: Database, folder: Path, limits: ImportLimits) -> None:
        self._database = database
        self._folder = folder
        self._limits = limits

    def file(self, upload: Import) -> Path:
        return self._file(upload.tenant_id, upload.id, upload.format)

    async def awaited(self) -> frozenset[Path]:
        """The files that are still to be read."""
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(_AWAITED)).fetchall()
        return frozenset(self._file(*row) for row in rows)

    async def queue(self, upload: Import, content: AsyncIterator[bytes]) -> Import:
        with ExitStack() as refused:
            path = self.file(upload)
            refused.callback(path.unlink, missing_ok=True)
            kept = msgspec.structs.replace(upload, bytes=await self._keep(path, content))
            async with self._database.tenant(upload.tenant_id) as connection:
                suppresses = kept.suppresses and Jsonb(msgspec.to_builtins(kept.suppresses))
                await connection.execute(_QUEUE, {**msgspec.structs.asdict(kept), "suppresses": suppresses})
                await announce_work(connection)
                refused.pop_all()  # the answer to the commit may be lost: then it may stand, and needs its file
        return kept

    async def get(self, tenant_id: TenantId, import_id: UUID) -> Import:
        async with self._database.tenant(tenant_id) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            select = f"select {_COLUMNS} from audience_imports where tenant_id = %s and import_id = %s"
            row = await (await cursor.execute(select.encode(), (tenant_id, import_id))).fetchone()
        if row is None:
            raise ImportNotFoundError("There is no such import")
        return _read(row)

    async def page(self, tenant_id: TenantId, *, limit: int, offset: int) -> tuple[Sequence[Import], int]:
        where = "from audience_imports where tenant_id = %s"
        page = f"select {_COLUMNS} {where} order by created_at desc, import_id limit %s offset %s"
        async with self._database.tenant(tenant_id) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            rows = await (await cursor.execute(page.encode(), (tenant_id, limit, offset))).fetchall()
            counted = await (await connection.execute(f"select count(*) {where}".encode(), (tenant_id,))).fetchone()
        return [_read(row) for row in rows], counted[0] if counted else 0

    async def claim(self, now: datetime) -> Import | None:
        """The next in line, ours for half a minute at a time; one whose worker died three times is not tried again."""
        async with self._database.system_statement() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            row = await (await cursor.execute(_CLAIM.encode(), {"now": now})).fetchone()
        if row is None:
            return None
        upload = _read(row)
        if upload.attempts > _ATTEMPTS:
            await self.finish(upload, Done(error="the import was interrupted three times"), now)
            return None
        return upload

    async def report(self, upload: Import, rows: int) -> None:
        """Say how far it has come, and keep the lease."""
        async with self._database.system() as connection:
            await connection.execute(
                f"update audience_imports set rows = greatest(rows, %s), lease_until = now() + interval '{_LEASE}'"
                " where import_id = %s and status = 'running' and attempts = %s".encode(),
                (rows, upload.id, upload.attempts),
            )

    async def release(self, upload: Import) -> None:
        """Let somebody else take it in, at once; this attempt does not count."""
        async with self._database.system() as connection:
            await connection.execute(_RELEASE, (upload.id, upload.attempts))

    async def finish(self, upload: Import, done: Done, now: datetime) -> None:
        """Changes nothing when somebody else has taken it over."""
        async with self._database.system() as connection:
            finished = await connection.execute(
                _FINISH,
                {
                    **msgspec.structs.asdict(done),
                    "rejections": Jsonb(done.rejections),
                    "columns": Jsonb(done.columns),
                    "status": "failed" if done.error else "completed",
                    "id": upload.id,
                    "attempts": upload.attempts,
                    "now": now,
                },
            )
            if finished.rowcount and not done.error and upload.dataset == PEOPLE:
                await connection.execute(_OVERTAKEN, (upload.tenant_id, upload.created_at))
        if finished.rowcount:
            self.file(upload).unlink(missing_ok=True)

    def _file(self, tenant_id: str, import_id: UUID, file_format: str) -> Path:
        return self._folder / tenant_id / f"{import_id}.{file_format}"

    async def _keep(self, path: Path, content: AsyncIterator[bytes]) -> int:
        path.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        with path.open("wb") as file:
            async for piece in content:
                size += len(piece)
                if size > self._limits.file_bytes:
                    rule = f"must have at most {self._limits.file_bytes:,} bytes"
                    raise UnreadableImportError("The upload is too large", (Violation("/file", rule),))
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(_sync, file)
        for folder in (path.parent, self._folder):
            await asyncio.to_thread(synced, folder)
        return size


def _sync(file: BinaryIO) -> None:
    """What is acknowledged stays."""
    file.flush()
    os.fsync(file.fileno())


def _read(row: dict[str, Any]) -> Import:
    return msgspec.convert({**row, "rejections": tuple(row["rejections"])}, Import)

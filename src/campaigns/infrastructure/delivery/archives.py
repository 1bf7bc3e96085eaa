"""The archive of the ledger: files first, then, in the same transaction that noticed what they hold, no rows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import msgspec
from psycopg import AsyncConnection

from campaigns.application.delivery.archiving import Archived, ArchiveError
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.ids import ExecutionId
from campaigns.infrastructure.delivery import archive_rows
from campaigns.infrastructure.delivery.archive_files import ArchivedFile, write_parquet
from campaigns.infrastructure.postgres.database import Database

_FIRST_LARGE = 1_073_741_824

# Contacts are counted in the ledger: what a cap of the tenant reaches back to stays, whatever was asked for.
_DUE: LiteralString = """
select execution_id from executions e
 where status in ('completed', 'failed', 'cancelled') and execution_no is not null and archived_at is null
   and finished_at < %s
   and not exists (
     select from frequency_caps c cross join lateral jsonb_to_recordset(c.caps) as cap (days integer)
      where c.tenant_id = e.tenant_id and e.finished_at > now() - make_interval(days => cap.days))
   and not exists (
     select from tenants t
      where t.tenant_id = e.tenant_id and (t.limits->>'frequency_cap_messages')::integer > 0
        and e.finished_at > now() - make_interval(days => coalesce((t.limits->>'frequency_cap_days')::integer, 7)))
 order by finished_at"""

# Whoever follows the ledger has read all that was said about it; its batches are at rest. Figures that were
# folded under other rules keep nothing waiting: once switched to, they take over what was archived meanwhile.
_HOLD: LiteralString = """
select tenant_id, execution_no, audience from executions e
 where execution_id = %s and archived_at is null and status in ('completed', 'failed', 'cancelled')
   and not exists (select from batches b where b.execution_no = e.execution_no and b.state in ('waiting', 'sending'))
   and not exists (
     select from ledger_followers
      where name not in (select 'metrics:' || generation from metric_candidates where folded_at is not null)
        and position < greatest((select max(append_no) from message_ranges r where r.execution_no = e.execution_no),
                                (select max(append_no) from message_facts f where f.execution_no = e.execution_no)))
   for update skip locked"""

_NOTE: LiteralString = """
insert into ledger_archives (tenant_id, execution_id, execution_no, archived_at, folder, files)
values (%(tenant)s, %(id)s, %(no)s, %(at)s, %(folder)s, %(files)s)"""
_LEFT: LiteralString = "update executions set archived_at = %(at)s, resending = false where execution_id = %(id)s"

# Whoever writes facts waits here, before they look which month is whose: they would not see that a month that they
# waited for at its old place has got a new one.
_WRITERS_WAIT: LiteralString = "lock table only message_facts in share row exclusive mode"

_MONTHS_AHEAD = 2


class PostgresLedgerArchive:
    """Files in `folder/<tenant>/<execution>/`."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder

    async def due(self, ended_before: datetime) -> Sequence[ExecutionId]:
        async with self._database.system() as connection:
            rows = await (await connection.execute(_DUE, (ended_before,))).fetchall()
        return [ExecutionId(execution_id) for (execution_id,) in rows]

    async def archive(self, execution_id: ExecutionId) -> Archived | None:
        async with self._database.system() as connection:
            held = await (await connection.execute(_HOLD, (execution_id,))).fetchone()
            if held is None:
                return None
            tenant_id, execution_no, audience = held
            folder = f"{tenant_id}/{execution_id}"
            files = await _write(connection, execution_no, self._folder / folder)
            if files[0].rows != audience:
                raise ArchiveError(f"{folder} holds {files[0].rows:,} people, not {audience:,}")
            noted = {"tenant": tenant_id, "id": execution_id, "no": execution_no, "at": self._clock.now()}
            await connection.execute(_NOTE, noted | {"folder": folder, "files": msgspec.json.encode(files).decode()})
            await connection.execute(_LEFT, noted)
            await _remove(connection, execution_no, files)
        people, stretches, facts = (file.rows for file in files)
        return Archived(execution_id=execution_id, folder=folder, people=people, facts=facts, stretches=stretches)

    async def keep_months(self, today: date, *, ended_before: date | None) -> None:
        async with self._database.system() as connection:
            rows = await (await connection.execute("select months_without_partition()")).fetchall()
        for month in sorted({*_months_from(today), *(month for (month,) in rows)}):
            async with self._database.system() as connection:  # each holds its locks for as short as can be
                await _make_month(connection, month)
        if ended_before is not None:
            async with self._database.system() as connection:
                await connection.execute("select drop_empty_facts_partitions(%s)", (ended_before,))


async def _make_month(connection: AsyncConnection, month: date) -> None:
    cursor = await connection.execute("select to_regclass(%s) is null", (f"message_facts_{month:%Y_%m}",))
    if await cursor.fetchone() == (True,):
        await connection.execute("set local lock_timeout = '2s'")
        await connection.execute(_WRITERS_WAIT)
        await connection.execute("select make_facts_partition(%s)", (month,))


async def _write(connection: AsyncConnection, execution_no: int, folder: Path) -> list[ArchivedFile]:
    parts: Sequence[tuple[str, Any, Any]] = (
        ("people.parquet", archive_rows.PEOPLE, archive_rows.people),
        ("stretches.parquet", archive_rows.STRETCHES, archive_rows.stretches),
        ("facts.parquet", archive_rows.FACTS, archive_rows.facts),
    )
    return [await write_parquet(folder / name, schema, read(connection, execution_no)) for name, schema, read in parts]


async def _remove(connection: AsyncConnection, execution_no: int, files: Sequence[ArchivedFile]) -> None:
    """Exactly the rows that were written; a fact that came in between undoes it all, and the next try has it."""
    for table, file in (("message_ranges", files[1]), ("message_facts", files[2])):
        removed = await connection.execute(f"delete from {table} where execution_no = %s".encode(), (execution_no,))
        if removed.rowcount != file.rows:
            raise ArchiveError(f"{file.name} holds {file.rows:,} rows, the ledger {removed.rowcount:,}")
    await connection.execute("delete from plan_segments where execution_no = %s", (execution_no,))
    if execution_no < _FIRST_LARGE:
        await connection.execute("delete from plan_pages where execution_no = %s", (execution_no,))
    else:
        await connection.execute("select drop_plan_partition(%s)", (execution_no,))


def _months_from(today: date) -> list[date]:
    """The month before, for what is reported late, this one, and those to come."""
    first = today.replace(day=1)
    months = [(first - timedelta(days=1)).replace(day=1), first]
    for _ in range(_MONTHS_AHEAD):
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    return months

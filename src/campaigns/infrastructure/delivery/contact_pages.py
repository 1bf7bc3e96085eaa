"""Makes the pages of the plans that a frequency cap reaches back to, and drops those that none can reach any more."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, LiteralString

import pyarrow as pa
from psycopg import AsyncConnection

from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import LONGEST_CAP_DAYS

PEOPLE_PER_PAGE = 16_384

_MISSING: LiteralString = """
select e.execution_no, max(b.seq_to) from executions e join batches b on b.execution_no = e.execution_no
 where e.tenant_id = %s and (e.finished_at is null or e.finished_at > %s)
   and not exists (select from contact_pages p where p.execution_no = e.execution_no)
 group by e.execution_no"""
_PEOPLE: LiteralString = """
select array_agg(user_id order by seq) from messages where execution_no = %s and seq between %s and %s"""
_KEEP: LiteralString = """
insert into contact_pages (tenant_id, execution_no, seq_from, seq_to, first_user, last_user, people)
values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing"""
_DROP: LiteralString = """
delete from contact_pages p using executions e
 where p.execution_no = e.execution_no and e.tenant_id = %s and p.tenant_id = %s and e.finished_at < %s"""


async def make_pages(connection: AsyncConnection, tenant_id: TenantId, now: datetime) -> None:
    """Within the caller's transaction. A page that somebody else made meanwhile is the same."""
    since = now - timedelta(days=LONGEST_CAP_DAYS)
    missing = await (await connection.execute(_MISSING, (tenant_id, since))).fetchall()
    for execution_no, last in missing:
        for seq in range(1, last + 1, PEOPLE_PER_PAGE):
            await _make(connection, tenant_id, execution_no, (seq, min(seq + PEOPLE_PER_PAGE - 1, last)))
    if missing:
        await connection.execute(_DROP, (tenant_id, tenant_id, since))


async def _make(connection: AsyncConnection, tenant_id: TenantId, execution_no: int, seqs: tuple[int, int]) -> None:
    rows = await (await connection.execute(_PEOPLE, (execution_no, *seqs), binary=True)).fetchall()
    ((people,),) = rows
    page = await asyncio.to_thread(packed, pa.array(people, pa.string()))
    await connection.execute(_KEEP, (tenant_id, execution_no, *seqs, people[0], people[-1], page))


def packed(people: pa.StringArray) -> bytes:
    sink = pa.BufferOutputStream()
    batch = pa.record_batch({"user_id": people})
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue())


def unpacked(page: bytes) -> Any:
    """The ids as an Arrow array of strings."""
    with pa.ipc.open_stream(pa.py_buffer(page)) as stream:
        return stream.read_next_batch().column("user_id")

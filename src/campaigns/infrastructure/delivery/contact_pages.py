"""Makes the pages of the plans that a frequency cap reaches back to, and drops those that none can reach any more."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, LiteralString

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from psycopg import AsyncConnection

from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import LONGEST_CAP_DAYS
from campaigns.infrastructure.delivery.plan_pages import PAGE_BITS

PEOPLE_PER_PAGE = 16_384  # whole pages of the plan

_MISSING: LiteralString = """
select planned.execution_no, planned.page from (
  select distinct e.execution_no, page.page
    from executions e join batches b on b.execution_no = e.execution_no
   cross join lateral generate_series(b.seq_from / %(each)s, b.seq_to / %(each)s) page (page)
   where e.tenant_id = %(tenant)s and (e.finished_at is null or e.finished_at > %(since)s)) planned
 where not exists (select from contact_pages p where p.execution_no = planned.execution_no and p.page = planned.page)"""
_PEOPLE: LiteralString = """
select min(seq), max(seq), min(user_id collate "C"), max(user_id collate "C"), array_agg(user_id order by seq),
       array_agg(channel order by seq)
  from messages where execution_no = %s and page between %s and %s"""
_KEEP: LiteralString = """
insert into contact_pages (tenant_id, execution_no, page, seq_from, seq_to, first_user, last_user, people)
values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"""
_DROP: LiteralString = """
delete from contact_pages p using executions e
 where p.execution_no = e.execution_no and e.tenant_id = %s and p.tenant_id = %s and e.finished_at < %s"""


async def make_pages(connection: AsyncConnection, tenant_id: TenantId, now: datetime) -> None:
    """Within the caller's transaction. A page that somebody else made meanwhile is the same."""
    since = now - timedelta(days=LONGEST_CAP_DAYS)
    asked = {"tenant": tenant_id, "since": since, "each": PEOPLE_PER_PAGE}
    missing = await (await connection.execute(_MISSING, asked)).fetchall()
    for execution_no, page in missing:
        await _make(connection, tenant_id, execution_no, page)
    if missing:
        await connection.execute(_DROP, (tenant_id, tenant_id, since))


async def _make(connection: AsyncConnection, tenant_id: TenantId, execution_no: int, page: int) -> None:
    each = PEOPLE_PER_PAGE >> PAGE_BITS
    asked = (execution_no, page * each, page * each + each - 1)
    rows = await (await connection.execute(_PEOPLE, asked, binary=True)).fetchall()
    ((seq_from, seq_to, first, last, people, channels),) = rows
    content = await asyncio.to_thread(packed, pa.array(people, pa.string()), pa.array(channels, pa.int8()))
    await connection.execute(_KEEP, (tenant_id, execution_no, page, seq_from, seq_to, first or "", last or "", content))


def packed(people: pa.StringArray, channels: pa.Int8Array) -> bytes:
    sink = pa.BufferOutputStream()
    batch = pa.record_batch({"user_id": people, "channel": channels})
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue())


def unpacked(page: bytes) -> tuple[Any, NDArray[np.int8]]:
    """The ids as an Arrow array of strings, and the number of each one's channel."""
    with pa.ipc.open_stream(pa.py_buffer(page)) as stream:
        batch = stream.read_next_batch()
    return batch.column("user_id"), np.asarray(batch.column("channel"))

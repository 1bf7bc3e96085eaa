"""What the ledger holds about one execution, read bit by bit into Arrow: people, stretches, facts."""

from collections.abc import AsyncIterator, Sequence
from itertools import chain
from typing import Any, LiteralString

import numpy as np
import pyarrow as pa
from psycopg import AsyncConnection

_AT_ONCE = 20_000
_PAGES_AT_ONCE = 500
_INSTANT = pa.timestamp("us", tz="UTC")

PEOPLE = pa.schema(
    {"seq": pa.int32(), "variant": pa.int16(), "channel": pa.int16(), "reason": pa.int16(), "user_id": pa.string()}
)
STRETCHES = pa.schema(
    {"append_no": pa.int64(), "seq_from": pa.int32(), "seq_to": pa.int32(), "kind": pa.int16(), "at": _INSTANT}
)
FACTS = pa.schema(
    {
        "append_no": pa.int64(),
        "seq": pa.int32(),
        "kind": pa.int16(),
        "at": _INSTANT,
        "source_event_id": pa.string(),
        "detail": pa.string(),
    }
)

_PAGES: LiteralString = """
select seq_from, variants, channels, reasons, user_ids from plan_pages where execution_no = %s order by page"""
_STRETCHES: LiteralString = """
select append_no, seq_from, seq_to, kind, at from message_ranges where execution_no = %s order by seq_from"""
_FACTS: LiteralString = """
select append_no, seq, kind, at, source_event_id, detail::text from message_facts
 where execution_no = %s order by seq, append_no"""


async def people(connection: AsyncConnection, execution_no: int) -> AsyncIterator[pa.RecordBatch]:
    async for rows in _chunks(connection, "archived_people", _PAGES, execution_no, _PAGES_AT_ONCE):
        starts, variants, channels, reasons, user_ids = zip(*rows, strict=True)
        seq = np.concatenate([np.arange(start, start + len(ids)) for start, ids in zip(starts, user_ids, strict=True)])
        columns: list[Any] = [seq, _small(variants) - 1, _small(channels) - 1, _small(reasons), [*chain(*user_ids)]]
        yield _batch(columns, PEOPLE)


async def stretches(connection: AsyncConnection, execution_no: int) -> AsyncIterator[pa.RecordBatch]:
    async for rows in _chunks(connection, "archived_stretches", _STRETCHES, execution_no, _AT_ONCE):
        yield _batch(zip(*rows, strict=True), STRETCHES)


async def facts(connection: AsyncConnection, execution_no: int) -> AsyncIterator[pa.RecordBatch]:
    async for rows in _chunks(connection, "archived_facts", _FACTS, execution_no, _AT_ONCE):
        yield _batch(zip(*rows, strict=True), FACTS)


async def _chunks(
    connection: AsyncConnection, name: str, query: LiteralString, execution_no: int, at_once: int
) -> AsyncIterator[Sequence[tuple[Any, ...]]]:
    async with connection.cursor(name) as cursor:
        await cursor.execute(query, (execution_no,), binary=True)
        while rows := await cursor.fetchmany(at_once):
            yield rows


def _small(columns: Sequence[bytes]) -> Any:
    return np.frombuffer(b"".join(columns), np.uint8).astype(np.int16)


def _batch(columns: Any, schema: pa.Schema) -> pa.RecordBatch:
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema)

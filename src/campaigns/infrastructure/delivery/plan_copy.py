"""Writes plan lines: many into a partition of their own, few into the shared one.

COPY cannot write through `messages` (row-level security is on), so a large plan is copied into its partition before
that is attached; a small one is inserted through `messages`, under its policy.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, LiteralString

import pyarrow as pa
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg import AsyncConnection, sql

from campaigns.infrastructure.delivery.plan_lines import PlanLines

SMALL = 20_000
"""Plans of fewer people share a partition."""

_NEXT_SMALL: LiteralString = "select nextval('small_execution_no')::integer"
_NEXT_LARGE: LiteralString = "select nextval('large_execution_no')::integer"
_COPY = sql.SQL("copy {} (seq, variant, channel, reason, user_id) from stdin with (format binary, freeze)")
_INSERT: LiteralString = """
insert into messages (execution_no, seq, variant, channel, reason, user_id)
select %s, line.* from unnest(%b::integer[], %b::smallint[], %b::smallint[], %b::smallint[], %b::text[]) as line"""


async def write_plan(connection: AsyncConnection, audience: AsyncIterator[Any], lines: PlanLines) -> int:
    """Write everybody within the connection's transaction; returns the new execution number."""
    beginning = await _first_lines(audience, lines)
    if lines.audience < SMALL:
        execution_no = await _number(connection, _NEXT_SMALL)
        for batch in beginning:
            await connection.execute(_INSERT, (execution_no, *(column.to_pylist() for column in batch.columns)))
        return execution_no
    execution_no = await _number(connection, _NEXT_LARGE)
    await _copy(connection, execution_no, beginning, audience, lines)
    return execution_no


async def _first_lines(audience: AsyncIterator[Any], lines: PlanLines) -> list[Any]:
    found: list[Any] = []
    while lines.audience < SMALL and (batch := await anext(audience, None)) is not None:
        if batch.num_rows:
            found.append(lines.number(batch))
    return found


async def _number(connection: AsyncConnection, statement: LiteralString) -> int:
    row = await (await connection.execute(statement)).fetchone()
    return int(row[0]) if row else 0


async def _copy(
    connection: AsyncConnection, execution_no: int, beginning: list[Any], rest: AsyncIterator[Any], lines: PlanLines
) -> None:
    await connection.execute("select create_messages_partition(%s)", (execution_no,))
    partition = sql.Identifier(f"messages_{execution_no}")
    encoder = ArrowToPostgresBinaryEncoder(beginning[0].schema)
    async with connection.cursor().copy(_COPY.format(partition)) as copy:
        await copy.write(encoder.write_header())
        for batch in beginning:
            await copy.write(encoder.write_batch(batch))
        async for encoded in _encoded(rest, lines, encoder):
            await copy.write(encoded)
        await copy.write(encoder.finish())
    await connection.execute("select attach_messages_partition(%s)", (execution_no,))


async def _encoded(rest: AsyncIterator[Any], lines: PlanLines, encoder: Any) -> AsyncIterator[bytes]:
    """Encodes the next batch in a thread while the one before is being copied."""
    coming: asyncio.Task[bytes | None] = asyncio.create_task(_encode_next(rest, lines, encoder))
    try:
        while (encoded := await coming) is not None:
            coming = asyncio.create_task(_encode_next(rest, lines, encoder))
            yield encoded
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _encode_next(rest: AsyncIterator[Any], lines: PlanLines, encoder: Any) -> bytes | None:
    async for batch in rest:
        if batch.num_rows:
            return await asyncio.to_thread(_encode, batch, lines, encoder)
    return None


def _encode(batch: pa.RecordBatch, lines: PlanLines, encoder: Any) -> bytes:
    encoded: bytes = encoder.write_batch(lines.number(batch))
    return encoded

"""Writes plan lines: many into a partition of their own, few into the shared one.

COPY cannot write through `plan_pages` (row-level security is on), so a large plan is copied into its partition before
that is attached; a small one is inserted through `plan_pages`, under its policy.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, LiteralString

import pyarrow as pa
from psycopg import AsyncConnection, sql

from campaigns.infrastructure.delivery.plan_lines import PlanLines
from campaigns.infrastructure.delivery.plan_pages import COLUMNS, HEADER, TRAILER, Pages, PlanPages

SMALL = 20_000
"""Plans of fewer people share a partition."""

_NEXT_SMALL: LiteralString = "select nextval('small_execution_no')::integer"
_NEXT_LARGE: LiteralString = "select nextval('large_execution_no')::integer"
_COPY = sql.SQL("copy {} (" + COLUMNS + ") from stdin with (format binary, freeze)")
_INSERT: LiteralString = f"insert into plan_pages (execution_no, {COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s)"


async def write_plan(connection: AsyncConnection, audience: AsyncIterator[Any], lines: PlanLines) -> int:
    """Write everybody within the connection's transaction; returns the new execution number."""
    pages = PlanPages()
    beginning = await _first_pages(audience, lines, pages)
    if lines.audience < SMALL:
        execution_no = await _number(connection, _NEXT_SMALL)
        rows = [(execution_no, *row) for some in (*beginning, *pages.rest()) for row in some.rows()]
        async with connection.cursor() as cursor:
            await cursor.executemany(_INSERT, rows)
        return execution_no
    execution_no = await _number(connection, _NEXT_LARGE)
    await _copy(connection, execution_no, beginning, _encoded(audience, lines, pages))
    return execution_no


async def _first_pages(audience: AsyncIterator[Any], lines: PlanLines, pages: PlanPages) -> list[Pages]:
    found: list[Pages] = []
    while lines.audience < SMALL and (batch := await anext(audience, None)) is not None:
        if batch.num_rows:
            found += pages.add(lines.number(batch))
    return found


async def _number(connection: AsyncConnection, statement: LiteralString) -> int:
    row = await (await connection.execute(statement)).fetchone()
    return int(row[0]) if row else 0


async def _copy(
    connection: AsyncConnection, execution_no: int, beginning: Iterable[Pages], rest: AsyncIterator[bytes]
) -> None:
    await connection.execute("select create_plan_partition(%s)", (execution_no,))
    partition = sql.Identifier(f"plan_pages_{execution_no}")
    async with connection.cursor().copy(_COPY.format(partition)) as copy:
        await copy.write(HEADER)
        for pages in beginning:
            await copy.write(pages.encoded())
        async for encoded in rest:
            await copy.write(encoded)
        await copy.write(TRAILER)
    await connection.execute("select attach_plan_partition(%s)", (execution_no,))


async def _encoded(rest: AsyncIterator[Any], lines: PlanLines, pages: PlanPages) -> AsyncIterator[bytes]:
    """Encodes the next batch in a thread while the one before is being copied."""
    coming: asyncio.Task[bytes | None] = asyncio.create_task(_encode_next(rest, lines, pages))
    try:
        while (encoded := await coming) is not None:
            coming = asyncio.create_task(_encode_next(rest, lines, pages))
            yield encoded
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
    yield b"".join(left.encoded() for left in pages.rest())


async def _encode_next(rest: AsyncIterator[Any], lines: PlanLines, pages: PlanPages) -> bytes | None:
    async for batch in rest:
        if batch.num_rows:
            return await asyncio.to_thread(_encode, batch, lines, pages)
    return None


def _encode(batch: pa.RecordBatch, lines: PlanLines, pages: PlanPages) -> bytes:
    return b"".join(some.encoded() for some in pages.add(lines.number(batch)))

"""Appends facts to the ledger."""

from collections.abc import Sequence

import msgspec
from psycopg import AsyncConnection

from campaigns.application.analytics.ports import Fact
from campaigns.infrastructure.analytics.kinds import KIND_OF
from campaigns.infrastructure.postgres.database import Database

_NEXT_APPEND = "update ledger_head set append_no = append_no + 1 returning append_no"
_COPY = "copy message_facts (append_no, execution_no, seq, kind, at, source_event_id, detail) from stdin"


class LedgerFacts:
    """`Facts` in Postgres: one append number for each call, held until commit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, facts: Sequence[Fact]) -> None:
        if facts:
            async with self._database.system() as connection:
                await append_facts(connection, facts)


async def append_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> int:
    """Append within the caller's transaction; the append number."""
    row = await (await connection.execute(_NEXT_APPEND)).fetchone()
    append_no = int(row[0]) if row else 0
    async with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for fact in facts:
            detail = msgspec.json.encode(fact.detail).decode()
            kind = KIND_OF[fact.name]
            row = (append_no, fact.execution_no, fact.seq, kind, fact.at, fact.source_event_id, detail)
            await copy.write_row(row)
    await connection.execute("notify ledger")
    return append_no

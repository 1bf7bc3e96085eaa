"""Appends facts to the ledger."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncConnection

from campaigns.application.analytics.ports import Fact
from campaigns.infrastructure.analytics.kinds import KIND_OF
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments

_NEXT_APPEND = "update ledger_head set append_no = append_no + 1 returning append_no"
# COPY does not work under row-level security.
_INSERT = """
    insert into message_facts (append_no, execution_no, seq, kind, at, source_event_id, detail)
    select %s, *
      from unnest(%s::integer[], %s::integer[], %s::smallint[], %s::timestamptz[], %s::text[], %s::jsonb[])"""


class LedgerFacts:
    """`Facts` in Postgres: one append number for each call, held until commit."""

    def __init__(self, database: Database, instruments: Instruments) -> None:
        self._database = database
        self._seconds = instruments.histogram(d.APPEND_SECONDS).labels("feedback")
        self._counts = instruments.counter(d.FACTS)

    async def append(self, facts: Sequence[Fact]) -> None:
        if not facts:
            return
        with self._seconds.time():
            async with self._database.system() as connection:
                await append_facts(connection, facts)
        for name, count in Counter(fact.name.value for fact in facts).items():
            self._counts.labels(name).inc(count)


async def append_facts(connection: AsyncConnection, facts: Sequence[Fact]) -> int:
    """Append within the caller's transaction; the append number."""
    row = await (await connection.execute(_NEXT_APPEND)).fetchone()
    append_no = int(row[0]) if row else 0
    columns: list[list[Any]] = [
        [fact.execution_no for fact in facts],
        [fact.seq for fact in facts],
        [KIND_OF[fact.name] for fact in facts],
        [fact.at for fact in facts],
        [fact.source_event_id for fact in facts],
        [msgspec.json.encode(fact.detail).decode() for fact in facts],
    ]
    await connection.execute(_INSERT, (append_no, *columns))
    await connection.execute("notify ledger")
    return append_no

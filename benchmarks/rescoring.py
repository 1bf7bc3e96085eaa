"""P4-rescore: a million opens and clicks judged again by other rules, against only reading them.

Half of the messages were opened once, a quarter several times, some were scanned: three links within a second. Timed is
the whole re-scoring beside the standing figures, by the rules that judge a message as a whole. The floor reads the
same facts from the ledger, in the same slices and columns, and does nothing with them. `peak` is the process's memory,
which a longer ledger must not raise: `RESCORE_HITS` says how long it is.
"""

import asyncio
import os
import resource
import statistics
import time
from collections.abc import Iterable

import psycopg
from tests.support.ledgers import WrittenLedger

from benchmarks.reporting import line
from benchmarks.servers import durable_postgres
from campaigns.infrastructure.analytics.metrics.rebuilding import refold
from campaigns.infrastructure.analytics.metrics.slices import next_slice
from campaigns.infrastructure.postgres.database import Database

ID = "P4-rescore"
HITS, RUNS, RULES, PER_APPEND = int(os.environ.get("RESCORE_HITS", "1000000")), 3, 4, 2_000
_BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4"
# Every twentieth message was scanned: its hits are clicks on three links within the second.
_WRITE = """
insert into message_facts (append_no, execution_no, seq, kind, at, source_event_id, detail)
select n / %(append)s + 1, 1, seq, case when seq %% 20 = 0 or n %% 3 = 0 then 21 else 20 end,
       '2026-11-01 12:00Z'::timestamptz + seq * interval '20 milliseconds'
         + case when seq %% 20 = 0 then n / %(people)s * interval '200 milliseconds'
                else n %% 1000 * interval '1 minute' end,
       gen_random_uuid()::text,
       jsonb_build_object('user_agent', %(agent)s::text, 'address_hash', md5(seq::text), 'link', n / %(people)s)
  from (select n, 1 + (n * 7919) %% %(people)s as seq from generate_series(0::bigint, %(hits)s - 1) n) hits"""


def run() -> Iterable[str]:
    with durable_postgres() as url:
        WrittenLedger(url, people=HITS // 3)
        asked = {"append": PER_APPEND, "people": HITS // 3, "agent": _BROWSER, "hits": HITS}
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_WRITE.encode(), asked)
            connection.execute("update ledger_head set append_no = %s", (HITS // PER_APPEND + 1,))
            connection.execute("analyze message_facts")
        yield asyncio.run(_compared(url))


async def _compared(url: str) -> str:
    ours, floors = [], []
    async with Database(url) as database:
        for _ in range(RUNS):  # interleaved: both see the same weather
            began = time.perf_counter()
            await refold(database, RULES)
            ours.append(time.perf_counter() - began)
            floors.append(await _read(database))
        machines = await _machines(database)
    mine, floor = statistics.median(ours), statistics.median(floors)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = {"floor": f"{floor:.2f}s", "ours": f"{mine:.2f}s", "rate": f"{HITS / mine:.0f}/s", "peak": f"{peak}MB"}
    return line(ID, "<=3", mine / floor, **figures, machines=machines, n=HITS, runs=RUNS)


async def _read(database: Database) -> float:
    began, after = time.perf_counter(), 0
    while True:
        async with database.system() as connection:
            ledger = await next_slice(connection, after)
        if ledger.is_empty:
            return time.perf_counter() - began
        after = ledger.up_to


async def _machines(database: Database) -> int:
    """Messages on which a machine was found; the same in every run."""
    asked = "select sum(machine_uniques) from campaign_metrics where kind = 'clicked' group by generation"
    async with database.system() as connection:
        found = {int(row[0]) for row in await (await connection.execute(asked)).fetchall()}
    if len(found) != 1 or found == {0}:
        raise RuntimeError(f"machines on {found} messages")
    return found.pop()

"""P9: bytes of the ledger per recipient once everybody was sent to: plan, batches, stretches, indexes."""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

import psycopg

from benchmarks._launching import LONG_IDS, SHORT_IDS, Launcher, make_people
from benchmarks.reporting import line
from benchmarks.servers import durable_postgres

ID = "P9"
PEOPLE, GOAL = 300_000, 100

# What workers leave behind when every batch went out in chunks of 250.
_SENT = """
insert into message_ranges
select seq, execution_no, seq, seq + 249, 1, now() from messages
 where execution_no = %s and seq > 0 and seq %% 250 = 1"""
_SIZE = """
select sum(pg_total_relation_size(relation)) from (
  select format('plan_pages_%%s', %s::text)::regclass union all select 'batches'::regclass
  union all select 'message_ranges'::regclass) of_ledger (relation)"""


def run() -> Iterable[str]:
    for ids, characters in ((SHORT_IDS, 10), (LONG_IDS, 36)):
        each, audience = _bytes_each(ids)
        yield line(ID, "<=1", each / GOAL, bytes_each=f"{each:.1f}", limit=GOAL, user_id=characters, n=audience)


def _bytes_each(ids: str) -> tuple[float, int]:
    with durable_postgres() as url, tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder:
        datasets = make_people(Path(folder, "datasets"), PEOPLE, ids)
        number, audience = asyncio.run(_launched(Launcher(url, datasets, Path(folder, "scratch"))))
        with psycopg.connect(url) as connection:
            connection.execute("set role campaigns_system")
            connection.execute(_SENT, (number,))
            size = (connection.execute(_SIZE, (number,)).fetchone() or (0,))[0]
        return float(size) / audience, audience


async def _launched(launcher: Launcher) -> tuple[int, int]:
    async with launcher.open():
        execution = await launcher.launch()
    assert execution.plan is not None, execution.reason
    return execution.execution_no or 0, execution.plan.audience

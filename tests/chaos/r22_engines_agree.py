"""R22: criteria mean the same everywhere: predicate, embedded engine, PostgreSQL, Spark Connect; a million answers each.

A round is so many people against as many criteria as make a million answers; the short one asks fewer. With the address
of a cluster in SPARK_REMOTE (it must see this machine's files) that cluster is asked, too.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from benchmarks.servers import durable_postgres
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import scratch
from tests.support import nasty_people
from tests.support.agreement import differences, seeded
from tests.support.engines import everywhere, in_spark, spark_connect

from campaigns.infrastructure.audience.warehouses.ports import Warehouse

ID = "R22"
ROUNDS, SIZE, SHORT = 2, 2_000, 200
_FULL, _CRITERIA, _FEW = 2_000, 500, 60


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    with scratch() as home, durable_postgres() as url, spark_connect() as address:
        for seed in seeds:
            yield await asyncio.to_thread(_round, seed, size, home / str(seed), (url, address))


def _round(seed: int, size: int, home: Path, addresses: tuple[str, str]) -> Outcome:
    rows = nasty_people.people(seeded(seed, "people"), size)
    count = _CRITERIA if size >= _FULL else _FEW
    trees = [nasty_people.criteria(seeded(seed, f"criteria {n}")) for n in range(count)]
    warehouses = _warehouses(home, addresses, nasty_people.table(rows))
    found = differences(trees, rows, warehouses)
    told = [f"{engine} of {row}: {criteria} is {said} in memory" for engine, criteria, row, said in found[:5]]
    answers = len(rows) * len(trees)
    return Outcome(
        also={"engines": total(1 + len(warehouses)), "evaluations": total(answers), "differences": total(len(found))},
        broken=told,
    )


def _warehouses(home: Path, addresses: tuple[str, str], people: pa.Table) -> Mapping[str, Warehouse]:
    warehouses = everywhere(*addresses, home, people=people)
    cluster = os.environ.get("SPARK_REMOTE")
    return {**warehouses, "cluster": in_spark(cluster, home / "cluster", people=people)} if cluster else warehouses

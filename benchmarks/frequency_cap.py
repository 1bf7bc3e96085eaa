"""P2c: a launch under a frequency cap, over a ledger of five million recent messages, against one without a cap."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psycopg

from benchmarks._launching import Launcher, make_people
from benchmarks.reporting import line
from benchmarks.servers import durable_postgres
from campaigns.domain.shared.sending_limits import FrequencyCap

ID = "P2c"
RUNS, PEOPLE, EARLIER = 5, 1_400_000, 5
CAP = (FrequencyCap(messages=100, days=7),)  # reaches nobody: the plans are equal, only the work differs


def run() -> Iterable[str]:
    with durable_postgres() as url, tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder:
        datasets = make_people(Path(folder, "datasets"), PEOPLE)
        yield asyncio.run(_compare(url, Launcher(url, datasets, Path(folder, "scratch"))))


async def _compare(url: str, launcher: Launcher) -> str:
    async with launcher.open():
        planned = [await launcher.launch() for _ in range(EARLIER)]
        ledger = sum(execution.plan.to_send for execution in planned if execution.plan)
        first = await _launched(url, launcher, capped=True)  # makes the pages
        pairs = [
            (await _launched(url, launcher, capped=False), await _launched(url, launcher, capped=True))
            for _ in range(RUNS)
        ]
    ratio = statistics.median(ours / floor for floor, ours in pairs)
    floor, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    figures = {"floor": f"{floor:.2f}s", "ours": f"{ours:.2f}s", "first": f"{first:.2f}s"}
    return line(ID, "<=2", ratio, **figures, ledger=ledger, runs=RUNS)


async def _launched(url: str, launcher: Launcher, *, capped: bool) -> float:
    launcher.resolving.caps = CAP if capped else ()
    began = time.perf_counter()
    execution = await launcher.launch()
    taken = time.perf_counter() - began
    assert execution.plan is not None, execution.reason
    await asyncio.to_thread(_forget, url, execution.execution_no or 0)
    return taken


def _forget(url: str, execution_no: int) -> None:
    """As if it had not been: the ledger of the next launch is the same."""
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute("delete from batches where execution_no = %s", (execution_no,))
        connection.execute("reset role")
        connection.execute(f"drop table plan_pages_{execution_no}".encode())

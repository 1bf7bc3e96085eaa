"""P2: a launch to a million people (resolve, exclude, suppress, hold out, vary, store, start) against a bare COPY."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psycopg

from benchmarks._launching import Launcher, make_people, suppress
from benchmarks.reporting import line
from benchmarks.servers import durable_postgres

ID = "P2"
RUNS, PEOPLE = 5, 1_400_000
_TABLE = "execution_no integer, seq integer, variant smallint, channel smallint, reason smallint, user_id text"


def run() -> Iterable[str]:
    with durable_postgres() as url, tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder:
        datasets = make_people(Path(folder, "datasets"), PEOPLE)
        suppress(url, PEOPLE // 40, 40)
        yield asyncio.run(_compare(url, Launcher(url, datasets, Path(folder, "scratch"))))


async def _compare(url: str, launcher: Launcher) -> str:
    floors, times, planned = [], [], 0
    async with launcher.open():
        first = await launcher.launch()
        assert first.plan is not None, first.reason
        planned = first.plan.audience
        encoded = await asyncio.to_thread(_encoded, url, first.execution_no or 0)
        for _ in range(RUNS):  # interleaved: both see the same weather
            floors.append(await asyncio.to_thread(_floor, url, encoded))
            began = time.perf_counter()
            execution = await launcher.launch()
            times.append(time.perf_counter() - began)
            await asyncio.to_thread(_forget, url, execution.execution_no or 0)
    ratios = [ours / floor for ours, floor in zip(times, floors, strict=True)]
    floor, ours = statistics.median(floors), statistics.median(times)
    return line(
        ID, "<=1.8", statistics.median(ratios), floor=f"{floor:.2f}s", ours=f"{ours:.2f}s", n=planned, runs=RUNS
    )


def _encoded(url: str, execution_no: int) -> bytes:
    """The very rows of the plan, as COPY wants them."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        connection.execute("set role campaigns_system")
        columns = "execution_no, seq, variant, channel, reason, user_id"
        lines = f"select {columns} from messages where execution_no = {execution_no} order by seq"
        query = f"copy ({lines}) to stdout (format binary)"
        with cursor.copy(query.encode()) as copy:
            return b"".join(bytes(part) for part in copy)


def _floor(url: str, encoded: bytes) -> float:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"create table bare ({_TABLE})".encode())
        connection.commit()
        began = time.perf_counter()
        with cursor.copy("copy bare from stdin (format binary)") as copy:
            copy.write(encoded)
        connection.commit()
        taken = time.perf_counter() - began
        cursor.execute("drop table bare")
        return taken


def _forget(url: str, execution_no: int) -> None:
    """Leave the disk as it was for the next run."""
    with psycopg.connect(url) as connection:
        connection.execute(f"drop table plan_pages_{execution_no}".encode())

"""P2z: a launch by people's own clocks, forty zones of them, against the same launch at one hour for all.

At two sizes, so that it shows how the cost grows: `a_million` is what a million people take.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from zoneinfo import available_timezones

import psycopg

from benchmarks._launching import Launcher, make_people
from benchmarks.reporting import line
from benchmarks.servers import durable_postgres
from campaigns.domain.delivery.local_hours import LocalHour
from campaigns.domain.shared.wall_clocks import FIRST_ZONE, shown

ID = "P2z"
RUNS, SIZES = 3, (140_000, 1_400_000)
_ZONES = [zone for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith("Etc")][::14]


def run() -> Iterable[str]:
    for size in SIZES:
        with durable_postgres() as url, tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder:
            datasets = make_people(Path(folder, "datasets"), size, zones=_ZONES)
            yield asyncio.run(_compare(url, Launcher(url, datasets, Path(folder, "scratch"))))


async def _compare(url: str, launcher: Launcher) -> str:
    at_once, by_clock, people = [], [], 0
    async with launcher.open():
        await _launched(url, launcher, None)
        for _ in range(RUNS):
            at_once.append((await _launched(url, launcher, None))[0])
            wall = shown(launcher.clock.now() + timedelta(hours=1), FIRST_ZONE)
            seconds, people = await _launched(url, launcher, LocalHour(wall=wall, lateness=timedelta(hours=1)))
            by_clock.append(seconds)
    floor, ours = statistics.median(at_once), statistics.median(by_clock)
    each = f"{ours / people * 1_000_000:.2f}s"
    return line(
        ID, "<=1.5", ours / floor, floor=f"{floor:.2f}s", ours=f"{ours:.2f}s", a_million=each, n=people,
        zones=len(_ZONES), runs=RUNS,
    )  # fmt: skip


async def _launched(url: str, launcher: Launcher, hour: LocalHour | None) -> tuple[float, int]:
    launcher.briefs.local_hour = hour
    began = time.perf_counter()
    execution = await launcher.launch()
    seconds = time.perf_counter() - began
    assert execution.plan is not None, execution.reason
    await asyncio.to_thread(_forget, url, execution.execution_no or 0)
    return seconds, execution.plan.audience


def _forget(url: str, execution_no: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(f"drop table plan_pages_{execution_no}".encode())

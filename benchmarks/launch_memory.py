"""P8: peak memory of the process that launches, at one million and at ten million people."""

import asyncio
import multiprocessing
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks._launching import Launcher, make_people, peak_rss_mb
from benchmarks.reporting import line
from benchmarks.servers import durable_postgres

ID = "P8"
SIZES, GOAL_MB = (1_400_000, 14_000_000), 350


def run() -> Iterable[str]:
    peaks: list[int] = []
    for size in SIZES:
        with durable_postgres() as url, tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder:
            make = multiprocessing.get_context("spawn")
            maker = make.Process(target=make_people, args=(Path(folder, "datasets"), size))
            maker.start()
            maker.join()
            with make.Pool(1) as pool:
                audience, peak = pool.apply(_launch, (url, folder))
            peaks.append(peak)
            yield line(ID, "<=1", peak / GOAL_MB, launch=f"{peak}MB", limit=f"{GOAL_MB}MB", n=audience)
    yield line(ID, "<=1.1", peaks[-1] / peaks[0], what="ten times the people")


def _launch(url: str, folder: str) -> tuple[int, int]:
    from campaigns.infrastructure.audience.datasets import Datasets  # noqa: PLC0415  counted, not measured before

    audience = asyncio.run(_launched(Launcher(url, Datasets(Path(folder, "datasets")), Path(folder, "scratch"))))
    return audience, peak_rss_mb()


async def _launched(launcher: Launcher) -> int:
    async with launcher.open():
        execution = await launcher.launch()
    assert execution.plan is not None, execution.reason
    return execution.plan.audience

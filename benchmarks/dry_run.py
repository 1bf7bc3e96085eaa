"""P8d: a dry run of a million and of ten million people: its time for each million, and the peak of its memory."""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks._launching import CAMPAIGN, Launcher, OneBrief, make_people, peak_rss_mb
from benchmarks.reporting import line
from benchmarks.servers import durable_postgres

ID = "P8d"
SIZES, GOAL_MB = (1_400_000, 14_000_000), 350


def run() -> Iterable[str]:
    for size in SIZES:
        with durable_postgres() as url, tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder:
            make = multiprocessing.get_context("spawn")
            maker = make.Process(target=make_people, args=(Path(folder, "datasets"), size))
            maker.start()
            maker.join()
            with make.Pool(1) as pool:
                audience, seconds, peak = pool.apply(_tried, (url, folder))
            each = f"{seconds / audience * 1_000_000:.2f}s"
            yield line(ID, "<=1", peak / GOAL_MB, peak=f"{peak}MB", limit=f"{GOAL_MB}MB", a_million=each, n=audience)


def _tried(url: str, folder: str) -> tuple[int, float, int]:
    from campaigns.infrastructure.audience.datasets import Datasets  # noqa: PLC0415  counted, not measured before

    launcher = Launcher(url, Datasets(Path(folder, "datasets")), Path(folder, "scratch"))
    audience, seconds = asyncio.run(_decided(launcher))
    return audience, seconds, peak_rss_mb()


async def _decided(launcher: Launcher) -> tuple[int, float]:
    from campaigns.infrastructure.delivery.dry_running.trials import PlannedTrials  # noqa: PLC0415

    began = time.perf_counter()
    async with launcher.open():
        brief = await OneBrief().of(CAMPAIGN, launcher.clock.now(), launcher.caller())
        async with PlannedTrials(launcher.decisions).open(brief, launcher.caller()) as trial:
            parts = [part.size async for part in trial.parts(100)]
            for batch in trial.batches():
                trial.messages(batch)
    return sum(parts), time.perf_counter() - began

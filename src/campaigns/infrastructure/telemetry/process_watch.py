"""What a process knows of itself: its pools, its event loop, its dependencies, its disk."""

import asyncio
import platform
import shutil
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from campaigns.application.platform.ports import Probe
from campaigns.infrastructure.nats.repeating import first_of
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments

_EVERY_SECONDS = 5.0
_PATIENCE = 2.0
_IN_SECONDS = 0.001

Glance = Callable[[], None]
"""Sets some gauge from what is at hand; quick, never waits."""


class ProcessWatch:
    """Runs beside every role, whoever holds a lease."""

    def __init__(self, database: Database, instruments: Instruments, probes: Mapping[str, Probe], home: Path) -> None:
        self._pools = PoolFigures(database, instruments)
        self._probes = probes
        self._home = home
        self._up = instruments.gauge(d.DEPENDENCY_UP)
        self._loop_lag, self._disk = instruments.gauge(d.LOOP_LAG), instruments.gauge(d.DISK_FREE)
        self._build = instruments.gauge(d.BUILD)
        self._glances: list[Glance] = []

    def also(self, glance: Glance) -> None:
        """Look at this as well."""
        self._glances.append(glance)

    async def run(self, stopping: asyncio.Event) -> None:
        self._build.labels(version("campaigns"), platform.python_version()).set(1)
        while not stopping.is_set():
            await self.look()
            began = time.monotonic()
            await first_of(stopping, patience=_EVERY_SECONDS)
            if not stopping.is_set():
                self._loop_lag.set(max(time.monotonic() - began - _EVERY_SECONDS, 0.0))

    async def look(self) -> None:
        """Once; takes at most two seconds, however silent a dependency is."""
        self._pools.show()
        for glance in self._glances:
            glance()
        if self._home.exists():
            self._disk.set(shutil.disk_usage(self._home).free)
        answers = await asyncio.gather(*map(_answers, self._probes.values()))
        for name, up in zip(self._probes, answers, strict=True):
            self._up.labels(name).set(up)


class PoolFigures:
    """The pools count by themselves; the counters here grow by what was added."""

    def __init__(self, database: Database, instruments: Instruments) -> None:
        self._database = database
        self._connections, self._waiting = instruments.gauge(d.POOL_CONNECTIONS), instruments.gauge(d.POOL_WAITING)
        self._counters = {
            "requests_num": (instruments.counter(d.POOL_REQUESTS), 1.0),
            "requests_queued": (instruments.counter(d.POOL_WAITS), 1.0),
            "requests_wait_ms": (instruments.counter(d.POOL_WAIT_SECONDS), _IN_SECONDS),
        }
        self._counted: dict[tuple[str, str], int] = {}

    def show(self) -> None:
        for pool, figures in self._database.pool_figures().items():
            idle = figures.get("pool_available", 0)
            self._connections.labels(pool, "idle").set(idle)
            self._connections.labels(pool, "used").set(figures.get("pool_size", 0) - idle)
            self._waiting.labels(pool).set(figures.get("requests_waiting", 0))
            for name, (counter, unit) in self._counters.items():
                total = figures.get(name, 0)
                counter.labels(pool).inc((total - self._counted.get((pool, name), 0)) * unit)
                self._counted[pool, name] = total


async def _answers(probe: Probe) -> bool:
    try:
        return (await asyncio.wait_for(probe(), _PATIENCE)).ok
    except TimeoutError:
        return False

"""Worker processes over servers of the benchmark's own, working off a plan that is there; the ledger keeps the time."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks import _launching
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.audience.datasets import Datasets

_PATIENCE = 240
_STATE = """
select count(*) filter (where state in ('waiting', 'sending')), coalesce(sum(sent), 0),
       extract(epoch from (select max(at) from message_ranges where execution_no = %(no)s) - min(claimed_at))
  from batches where execution_no = %(no)s"""


class Bench:
    """A tenant's people below `home`, and the servers' addresses."""

    def __init__(self, home: Path, database: str, nats: str, content: Content = _launching.CONTENT) -> None:
        self.home, self.database, self.nats, self._content = home, database, nats, content

    def people(self, count: int) -> Datasets:
        """So many that about `count` are meant by the audience of `_launching`."""
        return _launching.make_people(self.home / "datasets", int(count / 0.68))

    def launch(self, datasets: Datasets) -> int:
        """The number of a new execution that is ready to be sent."""
        return asyncio.run(self._launch(datasets))

    async def _launch(self, datasets: Datasets) -> int:
        made = _launching.Launcher(self.database, datasets, self.home / "scratch", self._content)
        async with made.open() as launcher:
            execution = await launcher.launch()
        if execution.execution_no is None:
            raise RuntimeError(f"the execution is {execution.status}")
        return execution.execution_no

    @contextmanager
    def workers(self, environments: Sequence[dict[str, str]]) -> Iterator[list[int]]:
        """One worker process for each environment; their pids. Give them a moment to start before there is work."""
        ours = {"CAMPAIGNS_HOME": str(self.home), "DATABASE_URL": self.database, "NATS_URL": self.nats}
        command = [sys.executable, "-m", "campaigns", "serve", "--role", "worker"]
        with (self.home / "worker.log").open("ab") as log:
            running = [
                subprocess.Popen(command, env=os.environ | ours | more, stdout=log, stderr=log) for more in environments
            ]
        try:
            yield [process.pid for process in running]
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()

    def worked_off(self, execution_no: int) -> tuple[int, float]:
        """Waits for the end: how many were sent, and the seconds from the first claim to the last outcome."""
        until = time.monotonic() + _PATIENCE
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute("set role campaigns_system")
            while time.monotonic() < until:
                row = connection.execute(_STATE, {"no": execution_no}).fetchone()
                if row is not None and row[0] == 0:
                    return int(row[1]), float(row[2])
                time.sleep(0.1)
        raise RuntimeError(f"not worked off in {_PATIENCE} s: {(self.home / 'worker.log').read_text()[-2_000:]}")

    def hold(self, execution_no: int, *, held: bool) -> None:
        """Keep workers from it, so that all of them are there when it begins."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute("set role campaigns_system")
            until = "'infinity'" if held else "null"
            connection.execute(f"update executions set held_until = {until} where execution_no = %s", (execution_no,))

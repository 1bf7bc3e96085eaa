"""P10: `campaigns serve` on an empty directory, until the first request is answered and until the service is ready."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

RUNS = 5
ID = "P10"


def run() -> Iterator[str]:
    found = [_seconds() for _ in range(RUNS)]
    middle = statistics.median(found)
    figures = f"best={min(found):.2f}s worst={max(found):.2f}s runs={RUNS} cpus={os.cpu_count()}"
    yield f"{ID} seconds={middle:.2f} goal<=5 {figures}"


def _seconds() -> float:
    """The supervisor greets once its own first request to the API has been answered."""
    home = Path(tempfile.mkdtemp(prefix="campaigns-bench-"))
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "campaigns", "serve", "--port", "0"],
        env={"PATH": os.environ["PATH"], "CAMPAIGNS_HOME": str(home / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        if "ready" not in process.stdout.readline():
            raise RuntimeError("the service did not start; run `campaigns serve` to see why")
        return time.perf_counter() - begun
    finally:
        process.terminate()
        process.communicate(timeout=30)
        shutil.rmtree(home)

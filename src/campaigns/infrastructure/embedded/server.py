"""What the embedded servers share: one process, its log, its readiness, its end."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

_LONGEST_LOG = 10_000_000
_SHOWN = 12  # lines of a log, when its server failed
_PATIENCE = 2.0  # seconds for each request to stop


class ServerFailedError(Exception):
    """A server did not come up; the message carries the end of its log."""


def open_log(file: Path) -> BinaryIO:
    """Append to a log, keeping one older piece."""
    if file.exists() and file.stat().st_size > _LONGEST_LOG:
        file.replace(file.with_suffix(".log.1"))
    opened = file.open("ab")
    file.chmod(0o600)
    return opened


class StartAbandonedError(Exception):
    """Somebody asked to stop while a server was starting."""


def never() -> bool:
    return False


def wait_until(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    name: str,
    log: Path,
    *,
    patience: float,
    abandoned: Callable[[], bool] = never,
) -> None:
    """Poll every few milliseconds; a process that ends before it is ready, or takes too long, is an error."""
    end = time.monotonic() + patience
    while not ready():
        if process.poll() is not None:
            raise ServerFailedError(f"{name} ended with status {process.returncode} at start:\n{last_lines(log)}")
        if time.monotonic() > end:
            process.kill()
            process.wait()
            raise ServerFailedError(f"{name} was not ready after {patience:.0f} s:\n{last_lines(log)}")
        if abandoned():
            raise StartAbandonedError(name)
        time.sleep(0.01)


def stop_process(process: subprocess.Popen[bytes], requests: Sequence[signal.Signals]) -> None:
    """Ask in ever plainer words; then kill."""
    for request in requests:
        if process.poll() is not None:
            return
        process.send_signal(request)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
            return
    process.kill()
    process.wait()


def last_lines(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-_SHOWN:])

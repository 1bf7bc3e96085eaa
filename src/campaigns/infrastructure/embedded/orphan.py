"""A server that outlived its parent: stopped, when it is provably ours."""

import os
import signal
import subprocess
import time
from pathlib import Path

_PATIENCE = 10.0  # seconds for each request to stop


def runs_in(pid: int, program: str, directory: Path) -> bool:
    """Whether process `pid` is `program` working on `directory`; a recycled pid is not."""
    process = Path("/proc", str(pid))
    if Path("/proc/self").exists():
        try:
            return process.joinpath("cwd").samefile(directory) and program in (process / "exe").readlink().name
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return False
    listed = subprocess.run(  # noqa: S603
        ["ps", "-p", str(pid), "-o", "args="],  # noqa: S607 - where there is no /proc
        capture_output=True,
        text=True,
        check=False,
    )
    return program in listed.stdout and str(directory) in listed.stdout


def stop_orphan(pid: int, program: str, directory: Path, *, politely: signal.Signals) -> None:
    """Ask it to stop, insist after some seconds; returns when it is gone or was never ours."""
    for request in (politely, signal.SIGKILL):
        if not runs_in(pid, program, directory):
            return
        os.kill(pid, request)
        if _gone(pid, program, directory):
            return


def _gone(pid: int, program: str, directory: Path) -> bool:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if not runs_in(pid, program, directory):
            return True
        time.sleep(0.02)
    return False

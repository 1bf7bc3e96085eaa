"""Starting a server so that it dies with us and sees nothing of our terminal."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from campaigns.infrastructure.embedded.account import Account

_PR_SET_PDEATHSIG = 1


def spawn(
    arguments: Sequence[str | Path],
    *,
    directory: Path,
    log: BinaryIO,
    account: Account | None,
    dies_with: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Start a process in `directory` as `account`; Linux sends it `dies_with` when the calling *thread* ends.

    Call it from the main thread. The directory is entered before root is given up, so its parents may be closed.
    """
    return subprocess.Popen(  # noqa: S603 - our own binaries, no shell
        [os.fspath(argument) for argument in arguments],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        env=_environment(),
        preexec_fn=tied_to_parent(dies_with),  # noqa: PLW1509 - one prctl call; the launcher has a single thread
    )


def tied_to_parent(dies_with: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before exec. Changing the uid clears the request, so this comes after it (as Popen does)."""
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None, use_errno=True).prctl, os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, int(dies_with), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}

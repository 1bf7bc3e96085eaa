"""Looking at processes, and running a function in one as somebody else."""

import os
import pwd
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path


def owner_of(pid: int | None) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def forked(function: Callable[[], None]) -> int:
    """The pid of a copy of this process that runs `function` and ends."""
    pid = os.fork()
    if pid:
        return pid
    try:
        function()
    except BaseException:  # noqa: BLE001 - the copy must end here, whatever happens
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def as_ordinary_user(function: Callable[[Path], str]) -> str:
    """What `function`, given a directory of their own, returns when `nobody` runs it.

    In a fork, because this interpreter may lie where nobody else can start it.
    """
    user = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)
        answer = Path(folder, "answer")

        def run() -> None:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            answer.write_text(function(Path(folder)))

        _, status = os.waitpid(forked(run), 0)
        assert status == 0, f"ended with {os.waitstatus_to_exitcode(status)}, see its traceback above"
        return answer.read_text()

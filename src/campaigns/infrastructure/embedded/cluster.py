"""The database cluster on disk: made once, completely or not at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from campaigns.infrastructure.embedded.account import Account
from campaigns.infrastructure.embedded.child import spawn
from campaigns.infrastructure.embedded.server import ServerFailedError, last_lines, open_log

SUPERUSER = "postgres"
# As safe as to sync a thousand files one by one (PostgreSQL's default), and 1.5 s instead of 4.
_SYNC = ("--sync-method=syncfs",) if sys.platform == "linux" else ()


def data_argument(data: Path, account: Account | None) -> Path:
    """How the server is told its data directory, which is its working directory.

    Root's own directories are often closed to the account the server runs as; the working directory is entered before
    root is given up, and this name for it passes by the parents.
    """
    here = Path("/proc/self/cwd")
    return here if account is not None and sys.platform == "linux" else data


def make_cluster(programs: Path, data: Path, password: str, account: Account | None, log: Path) -> None:
    """`initdb` beside the final place, then one rename: a crash in between leaves nothing that looks finished."""
    unfinished, password_file = data.with_name("unfinished"), data.with_name("password")
    _clear(unfinished)
    unfinished.mkdir(mode=0o700)
    descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(password)
    if account is not None:
        account.take_over(data.parent)
    try:
        _initdb(programs, unfinished, account, log)
    finally:
        password_file.unlink()
    unfinished.replace(data)


def _initdb(programs: Path, data: Path, account: Account | None, log: Path) -> None:
    with open_log(log) as out:
        making = spawn(
            [
                *(programs / "initdb", "-D", data_argument(data, account), "-U", SUPERUSER, "--pwfile=../password"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions", *_SYNC),
            ],
            directory=data,
            log=out,
            account=account,
            dies_with=signal.SIGTERM,
        )
        try:
            status = making.wait(120)
        except subprocess.TimeoutExpired:
            making.kill()
            status = making.wait()
    if status != 0:
        raise ServerFailedError(f"initdb ended with status {status}:\n{last_lines(log)}")


def _clear(folder: Path) -> None:
    if folder.exists():
        for inside in sorted(folder.rglob("*"), key=lambda found: len(found.parts), reverse=True):
            inside.rmdir() if inside.is_dir() and not inside.is_symlink() else inside.unlink()
        folder.rmdir()

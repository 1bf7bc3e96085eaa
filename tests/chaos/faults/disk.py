"""A disk that fills up."""

import errno
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
    with ballast.open("wb") as file:
        _fill(file.fileno(), leaving)
    try:
        yield
    finally:
        ballast.unlink()


def _fill(descriptor: int, leaving: int) -> None:
    """Others write meanwhile: what was free when it was looked up may be taken."""
    size = 0
    while True:
        free = os.fstatvfs(descriptor)
        room = free.f_bavail * free.f_frsize - leaving
        if room <= 0:
            return
        try:
            os.posix_fallocate(descriptor, size, room)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        else:
            size += room

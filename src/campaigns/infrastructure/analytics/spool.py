"""What cannot reach Postgres now: a bounded local file, synced before anything is promised."""

import fcntl
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec
import structlog

from campaigns.application.analytics.ports import Fact
from campaigns.infrastructure.durable import synced

R = TypeVar("R")
MOST_BYTES = 64 * 1024 * 1024
_log = structlog.get_logger(__name__)


class SpoolFullError(Exception):
    """The spool has reached its bound, or its disk is full; nothing was kept."""


class LineSpool(Generic[R]):
    """One JSON line for each record; several processes may share it. Blocking: call it from a thread.

    Who drains takes the file away under a second name first. Both files are locked while they are used, so that
    nothing is added to a file that somebody has read already, and nobody drains what another one drains.
    """

    def __init__(self, path: Path, kind: type[R], max_bytes: int) -> None:
        self._decoder = msgspec.json.Decoder(kind)
        self._path = path
        self._draining = path.with_name(f"{path.name}.draining")
        self._refused = path.with_name(f"{path.name}.refused")
        self._max_bytes = max_bytes

    def append(self, records: Sequence[R]) -> None:
        """Durable when it returns. Raises SpoolFullError, and then kept none of them."""
        _keep(self._path, records, self._max_bytes - _size(self._draining))

    def set_aside(self, records: Sequence[R]) -> None:
        """Keep what the ledger refuses for good, for a human. Raises SpoolFullError."""
        _keep(self._refused, records, self._max_bytes // 8)

    def rewrite_refused(self, changed: Callable[[R], R]) -> int:
        """Change what is kept for a human; how many records became others."""
        if not self._refused.exists():
            return 0
        with _locked(self._refused):
            before = list(_readable(self._refused.read_bytes().splitlines(), self._decoder, self._refused))
            after = [changed(record) for record in before]
            lines = b"".join(msgspec.json.encode(record) + b"\n" for record in after)
            _replaced(self._refused, lines)
        return sum(old != new for old, new in zip(before, after, strict=True))

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return _size(self._path) + _size(self._draining)

    @property
    def empty(self) -> bool:
        return self.size == 0

    @property
    def full(self) -> bool:
        """Whether it takes hardly anything more, for its own bound or for want of room on its disk."""
        disk = os.statvfs(self._path.parent)
        room = min(self._max_bytes - self.size, disk.f_bavail * disk.f_frsize)
        return room < self._max_bytes // 64

    def drain(self, group: int = 5_000) -> Generator[list[R]]:
        """The kept records in groups; the file is gone once all were taken. Breaking off keeps it for the next time."""
        with self._taken_away() as file:
            if file is not None:
                yield from _groups(_readable(file, self._decoder, self._draining), group)
                self._draining.unlink()

    @contextmanager
    def _taken_away(self) -> Iterator[BinaryIO | None]:
        """The file to read; None when there is none, or when another process reads it."""
        if not self._draining.exists() and self._path.exists():
            with _locked(self._path):
                if not self._draining.exists():  # another process may have been quicker
                    self._path.rename(self._draining)
        try:
            file = self._draining.open("rb")
        except FileNotFoundError:
            yield None
            return
        with file:
            yield file if _is_mine(file, self._draining) else None


class Spool(LineSpool[Fact]):
    """Opens, clicks and unsubscribes."""

    def __init__(self, path: Path, max_bytes: int = MOST_BYTES) -> None:
        super().__init__(path, Fact, max_bytes)


def _keep(path: Path, records: Sequence[Any], most: int) -> None:
    lines = b"".join(msgspec.json.encode(record) + b"\n" for record in records)
    try:
        with _locked(path) as descriptor:
            _add(descriptor, lines, most)
    except OSError as error:
        raise SpoolFullError(f"{path}: {error.strerror}") from error


def _replaced(path: Path, content: bytes) -> None:
    """At one instant, synced."""
    prepared = path.with_name(f"{path.name}.new")
    with prepared.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    prepared.replace(path)
    synced(path.parent)


def _add(descriptor: int, lines: bytes, most: int) -> None:
    """All of it, or nothing; synced."""
    size = os.fstat(descriptor).st_size
    lines = _end_of_torn_line(descriptor, size) + lines
    if size + len(lines) > most:
        raise SpoolFullError(f"the spool holds {most} bytes at most")
    try:
        while lines:
            lines = lines[os.write(descriptor, lines) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file that stands at the path, for this process alone."""
    while True:
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _stands_at(descriptor, path):
                if is_new:
                    synced(path.parent)
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _is_mine(file: BinaryIO, path: Path) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return _stands_at(file.fileno(), path)


def _stands_at(descriptor: int, path: Path) -> bool:
    """Whether the path still names this file: another process may have taken it away before the lock was ours."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _end_of_torn_line(descriptor: int, size: int) -> bytes:
    """A process that died while writing leaves half a line: what follows begins on a line of its own."""
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _readable(lines: Iterable[bytes], decoder: msgspec.json.Decoder[R], path: Path) -> Iterator[R]:
    for line in lines:
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError:  # the last line of a process that died while writing it: nothing was promised
            _log.warning("spool_line_unreadable", file=str(path), bytes=len(line))


def _groups(records: Iterator[R], size: int) -> Iterator[list[R]]:
    group: list[R] = []
    for record in records:
        group.append(record)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group

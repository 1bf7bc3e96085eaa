"""Facts that cannot reach Postgres now: a bounded local file, synced before anything is promised."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import structlog

from campaigns.application.analytics.ports import Fact

_log = structlog.get_logger(__name__)
_DRAINING = ".draining"


class SpoolFullError(Exception):
    """The spool has reached its bound; the facts were not kept."""


class Spool:
    """One JSON line for each fact. Blocking and quick; call `append` from a thread when the disk may be slow."""

    def __init__(self, path: Path, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._path = path
        self._max_bytes = max_bytes

    def append(self, facts: Sequence[Fact]) -> None:
        """Durable when it returns. Raises SpoolFullError, and then kept none of them."""
        lines = b"".join(msgspec.json.encode(fact) + b"\n" for fact in facts)
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            lines = _end_of_torn_line(descriptor) + lines
            if os.fstat(descriptor).st_size + len(lines) > self._max_bytes:
                raise SpoolFullError(f"{self._path} holds {self._max_bytes} bytes already")
            file.write(lines)
            file.flush()
            os.fsync(descriptor)

    @property
    def empty(self) -> bool:
        return not self.size

    @property
    def size(self) -> int:
        """Bytes kept."""
        return sum(path.stat().st_size for path in (self._path, self._draining) if path.exists())

    def drain(self, group: int = 5_000) -> Iterator[list[Fact]]:
        """The kept facts in groups; the file is gone once all were taken. Breaking off keeps it for the next time."""
        if not self._draining.exists():
            if not self._path.exists():
                return
            self._path.rename(self._draining)
        facts = _readable(self._draining)
        for start in range(0, len(facts), group):
            yield facts[start : start + group]
        self._draining.unlink()

    @property
    def _draining(self) -> Path:
        return self._path.with_name(self._path.name + _DRAINING)


def _end_of_torn_line(descriptor: int) -> bytes:
    """A process that died while writing leaves half a line: what follows begins on a line of its own."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _readable(path: Path) -> list[Fact]:
    found = []
    for line in filter(None, path.read_bytes().split(b"\n")):
        try:
            found.append(msgspec.json.decode(line, type=Fact))
        except msgspec.DecodeError:  # the last line of a process that died while writing it: nothing was promised
            _log.warning("spool_line_unreadable", file=str(path), bytes=len(line))
    return found

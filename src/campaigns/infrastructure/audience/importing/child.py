"""The process that reads an upload. It limits itself first, and speaks in lines of JSON on its standard output."""

import errno
import resource
import sys
from pathlib import Path
from typing import Any, Self

import msgspec
from msgspec import Struct

from campaigns.infrastructure.audience.importing.limits import ImportLimits, Refused

USER_ID = "user_id"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class ClosedColumn(Struct, frozen=True, kw_only=True):
    """A column that takes no other words; a row in which it is empty says `otherwise`."""

    words: tuple[str, ...]
    otherwise: str


class Task(Struct, frozen=True, kw_only=True):
    """What to read and where to write: paths. Of rows that agree in all columns of the `key` the last one counts."""

    source: str
    file_format: str
    target: str
    scratch: str
    limits: ImportLimits
    key: tuple[str, ...] = (USER_ID,)
    closed: dict[str, ClosedColumn] = {}

    def written(self) -> bytes:
        """One line, as the child reads it."""
        return msgspec.json.encode(self, enc_hook=str)

    @classmethod
    def read(cls, line: bytes) -> Self:
        return msgspec.json.decode(line, type=cls, dec_hook=lambda kind, text: kind(text))


class Done(Struct, frozen=True, kw_only=True):
    """What became of it. `error` is for whoever uploaded the file."""

    rows: int = 0
    imported: int = 0
    replaced: int = 0
    rejected: int = 0
    rejections: list[dict[str, Any]] = msgspec.field(default_factory=list)
    columns: dict[str, str] = msgspec.field(default_factory=dict)
    error: str | None = None


class Progress(Struct, frozen=True):
    rows: int


Line = Progress | Done


def main() -> None:
    task = Task.read(sys.stdin.buffer.readline())
    from campaigns.infrastructure.audience.importing.tables import take_in  # noqa: PLC0415  the parent needs no engine

    _limit(task.limits)
    try:
        done = take_in(task, _progress)
    except Refused as refused:
        done = Done(error=str(refused))
    except MemoryError:
        done = Done(error="reading the file needs more memory than an import may use")
    except Exception as error:
        if not _is_want_of_room(error):
            raise
        done = Done(error="the service has no room to store it; upload it again later")
    _say(done, "done")


def _is_want_of_room(error: Exception) -> bool:
    """Libraries pass the system's word on in words of their own."""
    return getattr(error, "errno", None) in _NO_ROOM or "No space left" in str(error)


def _limit(limits: ImportLimits) -> None:
    """The libraries are loaded already: starved while they start, some of them hang instead of failing."""
    for what, most in (
        (resource.RLIMIT_AS, _mapped() + limits.address_space),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.written_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _mapped() -> int:
    """Bytes of address space this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _progress(rows: int) -> None:
    _say(Progress(rows), "progress")


def _say(line: Line, kind: str) -> None:
    sys.stdout.buffer.write(msgspec.json.encode({kind: line}) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

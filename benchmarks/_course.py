"""What the processes of a measurement spend while it runs: processor time for each part of the work, and memory."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

_EVERY = 2.0  # seconds
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGES_PER_MB = 1024**2 // os.sysconf("SC_PAGE_SIZE")


class Sample(Struct, frozen=True):
    """What had been done and spent at a moment; processor seconds and MB by the name of the program."""

    at: float
    done: int
    spent: dict[str, float]
    resident: dict[str, int]


class Course:
    """Samples of the processes below this one while work is done elsewhere."""

    def __init__(self, done: Callable[[], int]) -> None:
        self.samples: list[Sample] = []
        self._done = done
        self._gone: dict[int, tuple[str, float]] = {}  # the last word on each process: one that ended keeps its time

    def look(self) -> None:
        resident: dict[str, int] = {}
        for pid in _below(os.getpid()):
            with suppress(FileNotFoundError, ProcessLookupError):
                name, seconds, pages = _read(pid)
                self._gone[pid] = name, seconds
                resident[name] = max(resident.get(name, 0), pages // _PAGES_PER_MB)
        spent: dict[str, float] = {}
        for name, seconds in self._gone.values():
            spent[name] = spent.get(name, 0.0) + seconds
        self.samples.append(Sample(time.perf_counter(), self._done(), spent, resident))

    def parts(self, count: int) -> Iterator[tuple[Sample, Sample]]:
        """The samples at the edges of so many equal parts of the work."""
        working = [sample for sample in self.samples if sample.done]
        if not working:
            return
        edges = [self._nearest(working[-1].done * part / count) for part in range(count + 1)]
        yield from pairwise(edges)

    def _nearest(self, done: float) -> Sample:
        return min(self.samples, key=lambda sample: abs(sample.done - done))


@contextmanager
def watched(done: Callable[[], int]) -> Iterator[Course]:
    """Looks every two seconds until the block ends."""
    course, ended = Course(done), threading.Event()

    def keep_looking() -> None:
        while not ended.wait(_EVERY):
            course.look()

    thread = threading.Thread(target=keep_looking)
    course.look()
    thread.start()
    try:
        yield course
    finally:
        ended.set()
        thread.join()
        course.look()


def _below(pid: int) -> Iterator[int]:
    for child in _children(pid):
        yield child
        yield from _below(child)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            found += map(int, task.read_text().split())
    return found


def _read(pid: int) -> tuple[str, float, int]:
    """Its name, processor seconds and resident pages that are its own."""
    text = Path(f"/proc/{pid}/stat").read_text()
    name, fields = text[text.index("(") + 1 : text.rindex(")")], text[text.rindex(")") + 2 :].split()
    resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[1:3])
    return name, (int(fields[11]) + int(fields[12])) / _TICKS, resident - shared

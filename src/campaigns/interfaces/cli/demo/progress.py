"""Progress for people: bars on a terminal, a line now and then in a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Bar(Protocol):
    def reach(self, completed: int) -> None: ...


@contextmanager
def bar(console: Console, title: str, total: int) -> Iterator[Bar]:
    if not console.is_terminal:
        yield _Lines(console, title, total)
        return
    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield _Drawn(progress, title, total)


class _Drawn:
    def __init__(self, progress: Progress, title: str, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=total)

    def reach(self, completed: int) -> None:
        self._progress.update(self._task, completed=completed)


class _Lines:
    """One line for each quarter."""

    def __init__(self, console: Console, title: str, total: int) -> None:
        self._console, self._title, self._total = console, title, max(total, 1)
        self._quarter = 0

    def reach(self, completed: int) -> None:
        quarter = 4 * completed // self._total
        if quarter > self._quarter:
            self._quarter = quarter
            self._console.print(f"  {self._title:<34} {completed:>9,} / {self._total:,}")

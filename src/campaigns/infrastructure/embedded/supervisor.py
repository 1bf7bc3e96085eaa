"""Keeps servers and role processes running until it is told to stop, and ends them in order."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from campaigns.infrastructure.embedded.backoff import Backoff
from campaigns.infrastructure.embedded.role_process import RoleProcess
from campaigns.infrastructure.embedded.server import ServerFailedError
from campaigns.infrastructure.embedded.waking import woken_by_signals

_GLANCE, _TROUBLED_GLANCE = 1.0, 0.05  # seconds; the end of a child is seen at once
_CHECKUP = 2.0
_DRAIN = 7.0  # seconds for role processes; the servers end within what is left of ten

Report = Callable[..., object]


class Watched(Protocol):
    """Something that runs: `start` returns when it does, or raises ServerFailedError."""

    @property
    def name(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def running(self) -> bool: ...


class Server(Watched, Protocol):
    """An embedded server."""

    def stop(self) -> None: ...
    def ailment(self) -> str | None:
        """Why it must be started anew although it runs; None when it need not, or when that would not help yet."""


class Supervisor:
    """Watches servers first, then role processes: a process that needs a server finds it back."""

    def __init__(self, servers: Sequence[Server], processes: Sequence[RoleProcess], report: Report) -> None:
        self._servers = servers
        self._processes = processes
        self._report = report
        self._watched: list[Watched] = [*servers, *processes]
        self._backoffs = {watched.name: Backoff() for watched in self._watched}
        self._down: set[str] = set()

    def run(self, stopping: Callable[[], bool]) -> None:
        """Blocks until `stopping`; starts what does not run. Call from the main thread."""
        checked = time.monotonic()
        with woken_by_signals() as sleep:
            while not stopping():
                if time.monotonic() - checked > _CHECKUP:
                    self._check_up()
                    checked = time.monotonic()
                missing = [watched for watched in self._watched if not watched.running()]
                for watched in missing:
                    self._revive(watched, time.monotonic())
                sleep(_TROUBLED_GLANCE if missing else _GLANCE)

    def stop(self) -> None:
        """Drain the role processes first, then end the servers, newest first."""
        for process in self._processes:
            process.ask_to_stop()
        end = time.monotonic() + _DRAIN
        for process in self._processes:
            if not process.end(end - time.monotonic()):
                self._report("process_killed", process=process.name, reason=f"not ended within {_DRAIN:.0f} s")
        for server in reversed(self._servers):
            server.stop()

    def _check_up(self) -> None:
        for server in self._servers:
            if server.running() and (why := server.ailment()):
                self._report("process_ails", process=server.name, why=why)
                server.stop()

    def _revive(self, watched: Watched, now: float) -> None:
        backoff = self._backoffs[watched.name]
        if watched.pid is not None and watched.name not in self._down:
            self._down.add(watched.name)
            pause = backoff.failed(now)
            self._report("process_ended", process=watched.name, pid=watched.pid, restart_in_seconds=pause)
        if not backoff.due(now):
            return
        try:
            watched.start()
        except (ServerFailedError, OSError) as error:
            pause = backoff.failed(time.monotonic())
            self._report("process_failed", process=watched.name, why=str(error), restart_in_seconds=pause)
        else:
            self._down.discard(watched.name)
            backoff.started(time.monotonic())

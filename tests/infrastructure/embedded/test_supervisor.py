"""What runs is kept running; what is told to stop stops in order."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.waiting import PATIENCE, eventually

from campaigns.infrastructure.embedded.backoff import Backoff
from campaigns.infrastructure.embedded.role_process import RoleProcess
from campaigns.infrastructure.embedded.server import ServerFailedError
from campaigns.infrastructure.embedded.supervisor import Supervisor

# Stands in place of `-m campaigns`: says hello when told to go, and ends on SIGTERM unless told to be stubborn.
_PROGRAM = """
import pathlib, signal, sys, time
folder = pathlib.Path({folder!r})
assert sys.stdin.readline() == "go\\n"
signal.signal(signal.SIGTERM, {handler})
(folder / "born").open("a").write("x")
while True: time.sleep(0.01)
"""


class Server:
    """A server that refuses its first starts."""

    name = "server"

    def __init__(self, *, failures: int = 0) -> None:
        self.pid: int | None = None
        self._failures = failures
        self.up = False
        self.history: list[str] = []

    def start(self) -> None:
        self.history.append("start")
        if self._failures:
            self._failures -= 1
            raise ServerFailedError("the disk is full")
        self.up, self.pid = True, 1

    def running(self) -> bool:
        return self.up

    def stop(self) -> None:
        self.history.append("stop")

    def ailment(self) -> str | None:
        return None


@pytest.fixture
def role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], RoleProcess]:
    package = tmp_path / "stand_in"

    def make(handler: str = "lambda *_: sys.exit(0)") -> RoleProcess:
        package.mkdir()
        (package / "campaigns.py").write_text(_PROGRAM.format(folder=str(tmp_path), handler=handler))
        return RoleProcess("worker", [], {"PYTHONPATH": str(package)})

    return make


def births(folder: Path) -> int:
    born = folder / "born"
    return len(born.read_text()) if born.exists() else 0


@contextmanager
def supervised(supervisor: Supervisor) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """Runs the loop in this thread until a condition holds."""

    def until(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        supervisor.run(lambda: condition() or time.monotonic() > end)
        assert condition()

    try:
        yield until
    finally:
        supervisor.stop()


def reports() -> tuple[list[tuple[str, dict[str, object]]], Callable[..., None]]:
    told: list[tuple[str, dict[str, object]]] = []
    return told, lambda event, **details: told.append((event, details))


def test_a_killed_role_process_is_started_again(role: Callable[[], RoleProcess], tmp_path: Path) -> None:
    told, report = reports()
    worker = role()
    with supervised(Supervisor([], [worker], report)) as until:
        until(lambda: births(tmp_path) == 1)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        until(lambda: births(tmp_path) == 2)
    assert [event for event, _ in told] == ["process_ended"]


def test_a_role_process_begins_only_when_told_to(role: Callable[[], RoleProcess], tmp_path: Path) -> None:
    worker = role()
    worker.prepare()
    time.sleep(0.3)
    assert births(tmp_path) == 0
    worker.start()
    eventually(lambda: births(tmp_path), 1)
    worker.ask_to_stop()
    assert worker.end(PATIENCE)


def test_a_server_that_will_not_start_is_tried_again_ever_more_slowly() -> None:
    told, report = reports()
    server = Server(failures=2)
    with supervised(Supervisor([server], [], report)) as until:
        until(server.running)
    pauses = [details["restart_in_seconds"] for event, details in told if event == "process_failed"]
    assert pauses == sorted(pauses)
    assert pauses[-1] != pauses[0]
    assert told[-1][1]["why"] == "the disk is full"


def test_role_processes_are_drained_before_servers_stop(role: Callable[[], RoleProcess], tmp_path: Path) -> None:
    server, worker = Server(), role()
    supervisor = Supervisor([server], [worker], lambda *_, **__: None)
    with supervised(supervisor) as until:
        until(lambda: births(tmp_path) == 1)
        server.stop = lambda: server.history.append("stop" if not worker.running() else "too early")  # type: ignore[method-assign]
    assert server.history == ["start", "stop"]


def test_a_role_process_that_will_not_end_is_killed_within_ten_seconds(
    role: Callable[[str], RoleProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.infrastructure.embedded.supervisor._DRAIN", 0.5)
    told, report = reports()
    worker = role("signal.SIG_IGN")
    with supervised(Supervisor([], [worker], report)) as until:
        until(lambda: births(tmp_path) == 1)
    assert not worker.running()
    assert [event for event, _ in told] == ["process_killed"]


def test_pauses_double_to_ten_seconds_and_a_steady_run_forgets_them() -> None:
    backoff = Backoff()
    backoff.started(0)
    assert [backoff.failed(1) for _ in range(8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert not backoff.due(10.9)
    assert backoff.due(11)
    backoff.started(20)
    assert backoff.failed(50) == 0.2


class AilingServer(Server):
    """It runs, and needs a restart once."""

    ill: str | None = "a stream is frozen"

    def ailment(self) -> str | None:
        return self.ill

    def start(self) -> None:
        super().start()
        if len(self.history) > 1:
            self.ill = None

    def stop(self) -> None:
        super().stop()
        self.up = False


def test_a_server_that_runs_and_ails_is_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.infrastructure.embedded.supervisor._CHECKUP", 0.05)
    server, told = AilingServer(), []
    server.start()
    supervisor = Supervisor([server], [], lambda event, **words: told.append((event, words.get("why"))))
    end = time.monotonic() + PATIENCE
    supervisor.run(lambda: len(server.history) >= 3 or time.monotonic() > end)
    assert server.history == ["start", "stop", "start"]
    assert ("process_ails", "a stream is frozen") in told


def test_a_disk_without_room_for_a_start_is_waited_for() -> None:
    class Cramped(Server):
        def start(self) -> None:
            if len(self.history) < 1:
                self.history.append("refused")
                raise OSError(28, "No space left on device")
            super().start()

    server, end = Cramped(), time.monotonic() + PATIENCE
    Supervisor([server], [], lambda *_, **__: None).run(lambda: server.up or time.monotonic() > end)
    assert server.history == ["refused", "start"]

"""`campaigns serve` with nothing configured: one command, a whole service, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from tests.support.waiting import PATIENCE, eventually, until


class Tree(NamedTuple):
    url: str
    process: subprocess.Popen[str]

    def children(self) -> dict[int, str]:
        """Command lines by pid."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        lines = {int(pid): _command_line(pid) for pid in listed}
        return {pid: line for pid, line in lines.items() if line is not None}

    def child(self, words: str) -> int:
        found: list[int] = until(lambda: [pid for pid, command in self.children().items() if words in command])
        return found[0]

    def answers(self) -> bool:
        return httpx.get(f"{self.url}/health/ready", trust_env=False, timeout=PATIENCE).status_code == 200


def _command_line(pid: str) -> str | None:
    """None when it has just ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return None


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    log = (home.parent / "log").open("a")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "campaigns", "serve", "--port", "0", *arguments],
            env={**kept, "CAMPAIGNS_HOME": str(home), "LOG_FORMAT": "json"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )


@contextmanager
def serving(home: Path) -> Iterator[Tree]:
    process = start(home)
    assert process.stdout is not None
    try:
        greeting = [process.stdout.readline() for _ in range(4)]
        assert "ready" in greeting[0], (home.parent / "log").read_text()[-4000:]
        yield Tree(greeting[1].split()[1].removesuffix("/api/v1"), process)
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "a home"


def test_one_command_brings_up_a_service_that_keeps_its_data(home: Path) -> None:
    name = {"name": "Spring"}
    with serving(home) as first:
        made = httpx.post(f"{first.url}/api/v1/campaigns", json=name, trust_env=False, timeout=PATIENCE)
        assert made.status_code == 201, made.text
    with serving(home) as second:
        found = httpx.get(f"{second.url}/api/v1/campaigns/{made.json()['id']}", trust_env=False, timeout=PATIENCE)
        assert found.json()["name"] == "Spring"


def test_children_and_servers_that_are_killed_come_back(home: Path) -> None:
    with serving(home) as tree:
        eventually(lambda: len(tree.children()), 6)
        for words in ("--role api", "--role worker", "server.conf", "unix_socket_directories"):
            killed = tree.child(words)
            os.kill(killed, signal.SIGKILL)
            until(lambda killed=killed: killed not in tree.children())
        eventually(lambda: len(tree.children()), 6)
        until(tree.answers)


def test_an_api_process_that_dies_refuses_nobody(home: Path) -> None:
    with serving(home) as tree:
        killed = tree.child("--role api")
        os.kill(killed, signal.SIGKILL)
        until(lambda: not _runs(killed))
        waits_for_the_next = 60  # seconds; a busy machine takes long to start a process
        assert httpx.get(f"{tree.url}/health", trust_env=False, timeout=waits_for_the_next).status_code == 200


def test_sigterm_ends_everything_within_ten_seconds(home: Path) -> None:
    began = time.monotonic()
    with serving(home) as tree:
        eventually(lambda: len(tree.children()), 6)
        started_in = time.monotonic() - began
        pids = list(tree.children())
        asked = time.monotonic()
        tree.process.terminate()
        assert tree.process.wait(2 * PATIENCE) == 0
        assert time.monotonic() - asked < max(10, started_in), "only a machine that takes longer to start it may"
        assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    assert not (home / "postgres" / "data" / "postmaster.pid").exists(), "a clean stop"


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_finds_everything(home: Path) -> None:
    with serving(home) as tree:
        eventually(lambda: len(tree.children()), 6)
        pids = list(tree.children())
        tree.process.kill()
        tree.process.wait(PATIENCE)
        until(lambda: not any(_runs(pid) for pid in pids))
    with serving(home) as tree:
        assert tree.answers()


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_second_instance_is_refused_with_the_pid_of_the_first(home: Path) -> None:
    with serving(home) as tree:
        second = subprocess.run(
            [sys.executable, "-m", "campaigns", "serve", "--port", "0"],
            env={"CAMPAIGNS_HOME": str(home), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * PATIENCE,
        )
        assert second.returncode == 75
        assert f"process {tree.process.pid}" in second.stderr
        assert "Traceback" not in second.stderr


def test_a_taken_port_is_named(home: Path) -> None:
    with serving(home) as tree:
        port = tree.url.rpartition(":")[2]
        home.parent.joinpath("other").mkdir()
        process = start(home.parent / "other" / "home", "--port", port)
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(2 * PATIENCE) == 75
    assert f"port {port}" in (home.parent / "other" / "log").read_text()


def test_its_log_is_json_without_secrets(home: Path) -> None:
    with serving(home):
        pass
    lines = (home.parent / "log").read_text().splitlines()
    assert lines
    secrets = json.loads((home / "secrets.json").read_text()).values()
    for line in lines:
        assert json.loads(line)["event"]
        assert not any(secret in line for secret in secrets)

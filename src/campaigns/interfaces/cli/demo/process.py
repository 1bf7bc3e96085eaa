"""The service as a process tree of its own, started and stopped like any operator would."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from campaigns.interfaces.cli.demo.service import Service
from campaigns.interfaces.cli.installation import CommandFailedError

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


class ServiceProcess:
    """`campaigns serve` on a free port, its mail going to the local sink; the log is kept in the home."""

    def __init__(self, home: Path, smtp_port: int) -> None:
        self.home = home
        self.log = home / "demo.log"
        self._smtp_port = smtp_port

    async def __aenter__(self) -> Self:
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.home.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "campaigns", "serve", "--port", str(port),
                env=os.environ | self._environment(), stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(_STOP_SECONDS):
            await self._process.wait()

    async def until_ready(self, service: Service) -> None:
        ready = asyncio.ensure_future(service.ready(_START_SECONDS))
        ended = asyncio.ensure_future(self._process.wait())
        await asyncio.wait((ready, ended), return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            raise CommandFailedError(f"the service did not start:\n{self.log.read_text(errors='replace')[-2_000:]}")
        ended.cancel()
        await ready

    async def until_stopped(self) -> None:
        await self._process.wait()

    def kill_worker(self) -> int:
        """SIGKILL the worker; the supervisor starts another. Its pid, for the record."""
        pid = self.worker()
        os.kill(pid, signal.SIGKILL)
        return pid

    def worker(self) -> int:
        """The worker among our own children."""
        for pid in _children(self._process.pid):
            if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return pid
        raise CommandFailedError("there is no worker process")

    def _environment(self) -> dict[str, str]:
        return {
            "CAMPAIGNS_HOME": str(self.home.absolute()),
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self._smtp_port),
            "SMTP_TLS": "none",
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _children(pid: int) -> list[int]:
    """Direct children by /proc; empty where there is no /proc."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []

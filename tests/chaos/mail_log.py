"""A mail server in a process of its own that writes down who got a mail, when, and over which connection.

    python -m tests.chaos.mail_log FILE

prints its port, then takes mail until it is ended. A line of the file is `<unix time> <connection> <recipient> <link to
unsubscribe>`, or `<unix time> <connection> - -` when a connection has ended. The 250 of a mail comes after its line.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from campaigns.infrastructure.embedded.smtp_sink import SmtpSink, _Conversation


class Arrival(NamedTuple):
    at: float
    connection: str
    recipient: str
    unsubscribe: str


class MailLog:
    """What has been written so far; `read` goes on where the last one ended."""

    def __init__(self, rows: TextIO, port: int) -> None:
        self.port = port
        self.arrivals: list[Arrival] = []
        self.ended: dict[str, float] = {}
        self._rows = rows

    def read(self) -> "MailLog":
        for row in self._rows:
            at, connection, recipient, link = row.split()
            if recipient == "-":
                self.ended[connection] = float(at)
            else:
                self.arrivals.append(Arrival(float(at), connection, recipient, link))
        return self

    def per_recipient(self) -> Counter[str]:
        return Counter(arrival.recipient for arrival in self.arrivals)

    def forget(self) -> None:
        """What has arrived until now belongs to an earlier round."""
        self.read()
        self.arrivals.clear()


@asynccontextmanager
async def mail_log(file: Path) -> AsyncIterator[MailLog]:
    file.touch()
    program = (sys.executable, "-m", "tests.chaos.mail_log", str(file))
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        with file.open() as rows:
            yield MailLog(rows, int(await process.stdout.readline()))
    finally:
        process.terminate()
        await process.wait()


class _WritingSink(SmtpSink):
    def __init__(self, descriptor: int, connection: int) -> None:
        super().__init__(None, remember=False)
        self._descriptor, self._connection = descriptor, connection

    def take(self, arrivals: Iterable[tuple[tuple[str, ...], bytes]]) -> None:
        prefix = f"{time.time():.4f} {self._connection}"
        rows = [f"{prefix} {to} {_link(content)}\n" for recipients, content in arrivals for to in recipients]
        os.write(self._descriptor, "".join(rows).encode())

    def ended(self) -> None:
        os.write(self._descriptor, f"{time.time():.4f} {self._connection} - -\n".encode())


class _Noticing(_Conversation):
    def connection_lost(self, exc: Exception | None) -> None:
        self._sink.ended()  # type: ignore[attr-defined]


def _link(content: bytes) -> str:
    start = content.find(b"List-Unsubscribe: <")
    return content[start + 19 : content.index(b">", start)].decode() if start >= 0 else "none"


async def _take_mail(file: str) -> None:
    descriptor, connections = os.open(file, os.O_WRONLY | os.O_APPEND), iter(range(1_000_000))
    server = await asyncio.get_running_loop().create_server(
        lambda: _Noticing(_WritingSink(descriptor, next(connections))), "127.0.0.1", 0, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_take_mail(sys.argv[1]))

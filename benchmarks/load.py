"""A small HTTP/1.1 load generator: kept connections, one request under way on each, latencies noted."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import cast

from msgspec import Struct

_LENGTH = b"content-length:"

NextRequest = Callable[[], bytes]
"""The next request of one connection, as bytes ready to send."""


class Measured(Struct, frozen=True):
    """`seconds` per request, in the order of their answers; `statuses` counts answers by their HTTP status."""

    rate: float
    seconds: Sequence[float]
    statuses: dict[int, int]

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class _Connection(asyncio.Protocol):
    def __init__(self, next_request: NextRequest, end: float, noted: list[float], statuses: dict[int, int]) -> None:
        self._next = next_request
        self._end = end
        self._noted = noted
        self._statuses = statuses
        self._buffer = bytearray()
        self._sent = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0 or len(self._buffer) < head + 4 + _length(self._buffer[:head].lower()):
            return
        self._noted.append(time.perf_counter() - self._sent)
        status = int(self._buffer[9:12])
        self._statuses[status] = self._statuses.get(status, 0) + 1
        self._buffer.clear()
        if time.perf_counter() < self._end:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(exc)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._next())


def _length(head: bytes | bytearray) -> int:
    start = head.find(_LENGTH)
    if start < 0:
        return 0
    end = head.find(b"\r\n", start)
    return int(head[start + len(_LENGTH) : end if end > 0 else len(head)])


async def load(port: int, connections: Sequence[NextRequest], seconds: float) -> Measured:
    """Every connection sends, waits for the answer, and sends again, for so many seconds."""
    loop, noted, statuses = asyncio.get_running_loop(), list[float](), dict[int, int]()
    begun = time.perf_counter()
    made = [
        (await loop.create_connection(_factory(each, begun + seconds, noted, statuses), "127.0.0.1", port))[1]
        for each in connections
    ]
    lost = [await connection.done for connection in made]
    if failures := [error for error in lost if error]:
        raise ConnectionError(f"{len(failures)} connections failed: {failures[0]}")
    return Measured(len(noted) / (time.perf_counter() - begun), noted, statuses)


def _factory(
    next_request: NextRequest, end: float, noted: list[float], statuses: dict[int, int]
) -> Callable[[], _Connection]:
    return lambda: _Connection(next_request, end, noted, statuses)


def post(path: str, *headers: str) -> bytes:
    """A POST without a body."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 0", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()

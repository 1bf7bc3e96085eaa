"""The lowest layer: bytes out, numbered replies in."""

import asyncio
import re
from collections import deque

from msgspec import Struct

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_LONGEST_REPLY = 65_536
_REASON_LENGTH = 200
SERVICE_CLOSING = 421
_COMPLETED, _INTERMEDIATE = 2, 3  # RFC 5321, 4.2.1: the first digit


class Reply(Struct, frozen=True):
    """One reply: its code, and its lines without codes."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def good(self) -> bool:
        return self.code // 100 == _COMPLETED

    @property
    def intermediate(self) -> bool:
        return self.code // 100 == _INTERMEDIATE

    def __str__(self) -> str:
        said = b" ".join(self.lines).decode("ascii", "replace").strip()
        return f"{self.code} {said}"[:_REASON_LENGTH].rstrip()


class WireError(Exception):
    """The connection is gone or talks nonsense; its text is a short reason."""


class Wire(asyncio.Protocol):
    """Collects replies as they come; one reader waits at a time."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._buffer = b""
        self._lines: list[bytes] = []
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._patient_until = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._failure: str | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self.gone = asyncio.Event()
        self.transport: asyncio.Transport | None = None

    @property
    def dead(self) -> bool:
        return self._failure is not None

    @property
    def quiet(self) -> bool:
        """Nothing has been said that nobody asked for."""
        return not (self._replies or self._buffer or self._lines)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        if self._alarm is not None:
            self._alarm.cancel()
        self._fail(f"connection lost ({type(exc).__name__})" if exc else "connection closed by the server")

    def eof_received(self) -> bool:
        self._fail("connection closed by the server")
        return False

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            if self.dead:  # after nonsense, nobody knows which answer belongs to which question
                return
            self._take(line.rstrip(b"\r"))
        if len(self._buffer) + sum(map(len, self._lines)) > _LONGEST_REPLY:
            self._fail("a reply without end")
        if (self._replies or self.dead) and self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def write(self, data: bytes) -> None:
        """Send bytes. Raises WireError on a dead connection."""
        if self._failure is not None or self.transport is None:
            raise WireError(self._failure or "not connected")
        self.transport.write(data)

    async def flushed(self) -> None:
        """Wait until the operating system has taken what was written, but for a small rest."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._writable.wait()
        except TimeoutError:
            self._fail("timeout while sending")
        if self._failure is not None:
            raise WireError(self._failure)

    async def reply(self) -> Reply:
        """The next reply. Raises WireError when the connection dies, talks nonsense or stays silent."""
        while not self._replies:
            if self._failure is not None:
                raise WireError(self._failure)
            await self._wait()
        return self._replies.popleft()

    def abort(self) -> None:
        self._fail("closed")
        if self.transport is not None:
            self.transport.abort()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        self._patient_until = loop.time() + self._timeout
        if self._alarm is None:
            self._alarm = loop.call_at(self._patient_until, self._look_at_the_clock)
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _look_at_the_clock(self) -> None:
        """One alarm for many waits: to set one for each costs as much as to read an answer."""
        loop, self._alarm = asyncio.get_running_loop(), None
        if self._waiter is None:
            return
        if loop.time() >= self._patient_until:
            self._fail("timeout")
        else:
            self._alarm = loop.call_at(self._patient_until, self._look_at_the_clock)

    def _take(self, line: bytes) -> None:
        found = _LINE.fullmatch(line)
        if found is None:
            self._fail("not an SMTP reply")
            return
        self._lines.append(found[3] or b"")
        if found[2] != b"-":
            self._replies.append(Reply(int(found[1]), tuple(self._lines)))
            self._lines = []

    def _fail(self, reason: str) -> None:
        if self._failure is None:
            self._failure = reason
        self._writable.set()
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

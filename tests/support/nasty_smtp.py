"""A mail server that follows a script: it refuses, stays silent, hangs up or talks nonsense where it is told to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

HANG_UP = b""
"""As an answer: close the connection."""
SILENCE = b"..."
"""As an answer: say nothing, for ever."""

Answer = Callable[[str, int], bytes | None]
"""(what came: a command line, or `.` for the end of a message; how many of that verb so far) -> an answer, or None."""

_USUAL = {"MAIL": b"250 ok", "RCPT": b"250 ok", "DATA": b"354 go", ".": b"250 taken", "RSET": b"250 ok"}


class NastySmtp:
    """`received` holds the bodies of which the end has been read, `connections` how many there were."""

    def __init__(self, answer: Answer, *, pipelining: bool) -> None:
        self.received: list[str] = []
        self.commands: list[str] = []
        self.largest_group = 0
        self.connections = 0
        self.port = 0
        self._answer = answer
        self._seen: dict[str, int] = {}
        self._hello = b"250-nasty\r\n250-PIPELINING\r\n250 8BITMIME" if pipelining else b"250 nasty"

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            writer.write(b"220 nasty\r\n")
            while line := await reader.readline():
                answer = self._reply(line.decode().strip())
                if answer == b"354 go":
                    writer.write(answer + b"\r\n")
                    answer = self._reply(".", await _message(reader))
                if answer == SILENCE:
                    await asyncio.sleep(60)
                if answer == HANG_UP:
                    break
                writer.write(answer + b"\r\n")
                if answer.startswith(b"421"):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left first
        finally:
            writer.close()

    def _reply(self, line: str, body: bytes = b"") -> bytes:
        verb = line[:4].upper()
        self.commands.append(line)
        self._seen[verb] = self._seen.get(verb, 0) + 1
        special = self._answer(line, self._seen[verb])
        if verb == "." and body:
            self.received.append(body.decode())
        if special is not None:
            return special
        return self._hello if verb == "EHLO" else _USUAL.get(verb, b"221 bye" if verb == "QUIT" else b"500 what?")


async def _message(reader: asyncio.StreamReader) -> bytes:
    lines: list[bytes] = []
    while (line := await reader.readuntil(b"\r\n")) != b".\r\n":
        lines.append(line)
    return b"".join(lines)


@asynccontextmanager
async def nasty_smtp(answer: Answer = lambda *_: None, *, pipelining: bool = True) -> AsyncIterator[NastySmtp]:
    server = NastySmtp(answer, pipelining=pipelining)
    conversations: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        with contextlib.suppress(asyncio.CancelledError):  # the test is over
            await server.converse(reader, writer)

    listening = await asyncio.start_server(converse, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

"""The wire between a client and a server: a TCP proxy on loopback that can be cut, slowed down, or go silent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

Target = tuple[str, int] | Path
"""Host and port, or a Unix socket."""

_READ = 65_536


class Cable:
    """Clients connect to `port`. Faults hold for open and for new connections until `mend`."""

    def __init__(self, target: Target) -> None:
        self.port = 0
        self.delay = 0.0
        """Seconds that each piece takes, in each direction."""
        self.on_answer: Callable[[bytes], bool] = lambda _: True
        """Asked about each piece that the server says; False cuts that connection instead of passing it on."""
        self._target = target
        self._cut = False
        self._silent = asyncio.Event()
        self._silent.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Resets every connection; new ones are reset as well."""
        self._cut = True
        self.reset()

    def reset(self) -> None:
        """Resets the connections that are open now; new ones work."""
        for writer in tuple(self._open):
            writer.transport.abort()

    def silence(self) -> None:
        """Half open: connections stay, nothing arrives in either direction, nobody is told."""
        self._silent.clear()

    def mend(self) -> None:
        self._cut, self.delay, self.on_answer = False, 0.0, lambda _: True
        self._silent.set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._cut:
                return
            far_reader, far_writer = await self._reach()
            self._open.add(far_writer)
            try:
                await self._both_ways(reader, writer, far_reader, far_writer)
            finally:
                self._open.discard(far_writer)
                far_writer.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass  # the server is away, or the test is over: the client sees a reset
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(str(self._target))
        return await asyncio.open_connection(*self._target)

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        pumps = {
            asyncio.create_task(self._pump(reader, far_writer, lambda _: True)),
            asyncio.create_task(self._pump(far_reader, writer, self._answered)),
        }
        self._pumps |= pumps
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._pumps -= pumps

    def _answered(self, piece: bytes) -> bool:
        return self.on_answer(piece)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passes: Callable[[bytes], bool]
    ) -> None:
        while piece := await reader.read(_READ):
            await self._silent.wait()
            if self.delay:
                await asyncio.sleep(self.delay)
            if not passes(piece):
                return
            writer.write(piece)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
            await asyncio.sleep(0.05)  # what the other side still says to a half-closed connection


@asynccontextmanager
async def cable(target: Target) -> AsyncIterator[Cable]:
    made = Cable(target)
    server = await asyncio.start_server(made.connected, "127.0.0.1", 0, limit=_READ)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.cut()
        made._silent.set()

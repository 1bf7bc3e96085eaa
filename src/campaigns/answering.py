"""Answering HTTP. Only processes that do so import this: the framework takes memory that others can do without."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

import uvicorn

from campaigns.front import ASGIApp, front
from campaigns.infrastructure.nats.repeating import first_of
from campaigns.interfaces.rest.draining import Draining
from campaigns.interfaces.rest.whole_answers import WholeAnswers
from campaigns.services import Services

_LAST_CALLERS_SECONDS = 0.5  # until everybody has looked elsewhere
_DATE_SECONDS = 1.0
_DRAIN_SECONDS = 5  # for requests under way; streams end at once


class _HttpServer(uvicorn.Server):
    """Leaves signals to the process, whose other work has to end as well, and wakes up once a second, not ten times."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._left = asyncio.Event()

    def leave(self) -> None:
        self.should_exit = True
        self._left.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # writes the date for the headers
            await first_of(self._left, patience=_DATE_SECONDS)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Answering:
    """The HTTP side of a process, for the roles it has."""

    def __init__(self, services: Services, roles: Sequence[str]) -> None:
        self._draining = Draining()
        self._app = front(services, roles, self._draining)

    async def run(self, sockets: list[socket.socket], stopping: asyncio.Event) -> None:
        """Answer until `stopping`, and then those who are still there."""
        server = _HttpServer(_configured(self._app))
        stop = asyncio.create_task(_stop_server(server, self._draining, stopping))
        try:
            await server.serve(sockets=sockets)
        finally:
            stop.cancel()


def _configured(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=WholeAnswers,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )


async def _stop_server(server: _HttpServer, draining: Draining, stopping: asyncio.Event) -> None:
    """Each connection is closed with an answer, and those that come late are still answered."""
    await stopping.wait()
    draining.begin()
    server.config.encoded_headers.append((b"connection", b"close"))
    server.server_state.default_headers = [*server.server_state.default_headers, (b"connection", b"close")]
    await asyncio.sleep(_LAST_CALLERS_SECONDS)
    server.leave()

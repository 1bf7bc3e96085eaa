"""Answering HTTP. Only processes that do so import this: the framework takes memory that others can do without."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

import uvicorn

from campaigns.front import ASGIApp, front
from campaigns.interfaces.rest.draining import Draining
from campaigns.interfaces.rest.whole_answers import WholeAnswers
from campaigns.services import Services

_LAST_CALLERS_SECONDS = 0.5  # until everybody has looked elsewhere
_DRAIN_SECONDS = 5  # for requests under way; streams end at once


class _HttpServer(uvicorn.Server):
    """Leaves signals to the process: its other work has to end as well."""

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


async def _stop_server(server: uvicorn.Server, draining: Draining, stopping: asyncio.Event) -> None:
    """Each connection is closed with an answer, and those that come late are still answered."""
    await stopping.wait()
    draining.begin()
    server.config.encoded_headers.append((b"connection", b"close"))
    server.server_state.default_headers = [*server.server_state.default_headers, (b"connection", b"close")]
    await asyncio.sleep(_LAST_CALLERS_SECONDS)
    server.should_exit = True

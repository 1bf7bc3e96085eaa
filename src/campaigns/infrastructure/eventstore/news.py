"""Hints that the log has grown, for all followers of a process over one connection."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.eventstore.statements import CHANNEL
from campaigns.infrastructure.postgres.database import Database

_PAUSE = 1.0  # seconds between attempts to listen again

log = structlog.get_logger(__name__)


class News:
    """Run it beside the followers. A lost hint costs them their next poll and nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[asyncio.Event] = set()

    @contextmanager
    def heard(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever the log may have grown; clear it before reading the log."""
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def run(self, stopping: asyncio.Event) -> None:
        listening = asyncio.create_task(self._listen_for_ever())
        try:
            await stopping.wait()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with self._database.dedicated_listener(CHANNEL) as connection:
                    self._tell_all()  # what was announced before this connection listened
                    async for _hint in connection.notifies():
                        self._tell_all()
            except DependencyDownError as error:
                log.warning("cannot listen for events; followers poll", error=error.detail)
            await asyncio.sleep(_PAUSE)

    def _tell_all(self) -> None:
        for listener in self._listeners:
            listener.set()

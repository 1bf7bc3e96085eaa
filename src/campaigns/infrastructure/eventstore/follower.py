"""Reading the log in order, once, with effects and position in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import psycopg
import structlog
from eventsourcing.persistence import StoredEvent
from psycopg import AsyncConnection, AsyncCursor

from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.eventstore import statements
from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.news import News
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.eventstore.topics import Topics
from campaigns.infrastructure.nats.repeating import first_of
from campaigns.infrastructure.postgres.database import Database

Handle = Callable[[AsyncCursor[Any], Sequence[Recorded]], Awaitable[None]]
"""Gets a cursor as campaigns_system and events in order; what it writes and the new position commit together."""

_POLL = 1.0  # seconds; the guarantee behind the hints
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 15.0  # seconds after a failure

_JOIN = "insert into followers (name, position) values (%s, 0) on conflict do nothing"
_IS_BEHIND = "select position > coalesce((select position from followers where name = %s), -1) from feed_head"
_HOLD = "select position from followers where name = %s for update"
_TELL = "update followers set trouble = %s where name = %s"
_LONGEST_TROUBLE = 200  # characters
_MOVE = "update followers set position = %s where name = %s"

log = structlog.get_logger(__name__)


class Follower:
    """One named reader of the log. Replicas under the same name take turns: the row of the position is their lock.

    To rebuild what a follower writes, run it again under a new name, which begins at the first event.
    """

    def __init__(
        self, database: Database, news: News, topics: Topics, *, name: str, handle: Handle, batch: int = 500
    ) -> None:
        self.name = name
        self._database = database
        self._news = news
        self._mapper = MsgspecMapper(topics)
        self._handle = handle
        self._batch = batch

    async def run(self, stopping: asyncio.Event) -> None:
        """Follow until `stopping`; a failure is logged and tried again, ever more slowly."""
        pause, troubled = _FIRST_PAUSE, True  # an earlier process may have left its own behind
        with self._news.heard() as heard:
            while not stopping.is_set():
                heard.clear()
                try:
                    is_behind = await self._is_behind() and await self.catch_up() == self._batch
                except Exception as error:
                    log.warning("follower failed", follower=self.name, again_in=pause, exc_info=error)
                    await self._tell(f"{type(error).__name__}: {error}"[:_LONGEST_TROUBLE])
                    troubled = True
                    await first_of(stopping, patience=pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    continue
                pause = _FIRST_PAUSE
                if troubled:
                    troubled = not await self._tell(None)
                if not is_behind:
                    await self._news.rest(_POLL, stopping, heard)

    async def _is_behind(self) -> bool:
        """One glance without a lock: to lock is to write, and most of the time there is nothing new."""
        async with self._database.system_statement() as connection:
            row = await (await connection.execute(_IS_BEHIND, (self.name,))).fetchone()
        return row is None or bool(row[0])

    async def catch_up(self) -> int:
        """Handle the next batch, if there is one, and move; returns the number of events."""
        async with self._database.system() as connection:
            position = await self._hold_position(connection)
            events = await self._after(connection, position)
            if events:
                await self._handle(connection.cursor(), events)
                await connection.execute(_MOVE, (events[-1].position, self.name))
            return len(events)

    async def _tell(self, trouble: str | None) -> bool:
        """For readiness; whether it could be told."""
        try:
            async with self._database.system_statement() as connection:
                await connection.execute(_TELL, (trouble, self.name))
        except (DependencyDownError, psycopg.Error):
            return False  # without Postgres, readiness says that
        return True

    async def _hold_position(self, connection: AsyncConnection) -> int:
        held = await (await connection.execute(_HOLD, (self.name,))).fetchone()
        if held is None:
            await connection.execute(_JOIN, (self.name,))
            held = await (await connection.execute(_HOLD, (self.name,))).fetchone()
        return int(held[0]) if held else 0

    async def _after(self, connection: AsyncConnection, position: int) -> list[Recorded]:
        cursor = await connection.execute(statements.AFTER, {"after": position, "limit": self._batch}, binary=True)
        return [
            self._mapper.to_recorded(StoredEvent(*cast("tuple[Any, int, str, bytes]", row[1:])), position=row[0])
            for row in await cursor.fetchall()
        ]

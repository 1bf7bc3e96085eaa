"""The feed over HTTP reads the log itself: the same events as on NATS, as long as the log is kept."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from eventsourcing.persistence import StoredEvent
from psycopg import AsyncConnection

from campaigns.application.analytics.queries.read_feed import FeedPage
from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.application.shared.context import Caller
from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.eventstore.topics import Topics
from campaigns.infrastructure.nats.telling import Telling
from campaigns.infrastructure.postgres.database import Database

_MOST_READ = 10_000
_CHUNK = 500
_HEAD = "select position from feed_head"
_NEXT = """
    select position, originator_id, originator_version, topic, state from events
     where position > %s and position <= %s order by position limit %s"""


class PostgresEventFeed:
    """`EventFeed`."""

    def __init__(self, database: Database, topics: Topics, telling: Telling) -> None:
        self._database = database
        self._mapper = MsgspecMapper(topics)
        self._telling = telling

    @property
    def types(self) -> frozenset[str]:
        return self._telling.types

    async def read(self, caller: Caller, *, after: int, types: frozenset[str], limit: int) -> FeedPage:
        async with self._database.tenant(caller.tenant_id) as connection:
            # The head first: what is committed up to it is visible to every later statement.
            row = await (await connection.execute(_HEAD)).fetchone()
            head = int(row[0]) if row else 0
            async with aclosing(self._recorded(connection, after, head)) as log:
                found, stopped_at = await self._told(log, types, limit)
        return FeedPage(events=found, next_after=max(head, after) if stopped_at is None else stopped_at)

    async def _told(
        self, log: AsyncIterator[Recorded], types: frozenset[str], limit: int
    ) -> tuple[list[CloudEvent], int | None]:
        """What of it is wanted news, and the position of the last that was looked at; None: of all."""
        found: list[CloudEvent] = []
        looked_at = 0
        async for recorded in log:
            looked_at += 1
            told = self._telling.of(recorded)
            if told is not None and (not types or told.type in types):
                found.append(told)
            if len(found) == limit or looked_at == _MOST_READ:
                return found, recorded.position
        return found, None

    async def _recorded(self, connection: AsyncConnection, after: int, head: int) -> AsyncGenerator[Recorded, None]:
        """Everything between two positions, oldest first; the later is part of it."""
        while rows := await (await connection.execute(_NEXT, (after, head, _CHUNK), binary=True)).fetchall():
            for position, originator_id, version, topic, state in rows:
                stored = StoredEvent(originator_id, version, topic, bytes(state))
                yield self._mapper.to_recorded(stored, position=position)
            after = rows[-1][0]

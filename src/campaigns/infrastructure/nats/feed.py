"""The feed over HTTP reads the log itself: the same events as on NATS, as long as the log is kept."""

from eventsourcing.persistence import StoredEvent
from msgspec import structs
from psycopg import AsyncConnection

from campaigns.application.analytics.queries.read_feed import FeedEvent, FeedPage
from campaigns.application.shared.context import Caller
from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.eventstore.topics import Topics
from campaigns.infrastructure.nats.cloud_events import CloudEvent
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
        found: list[FeedEvent] = []
        async with self._database.tenant(caller.tenant_id) as connection:
            # The head first: what is committed up to it is visible to every later statement.
            row = await (await connection.execute(_HEAD)).fetchone()
            head, next_after = int(row[0]) if row else 0, after
            for _ in range(0, _MOST_READ, _CHUNK):
                recorded = await self._recorded(connection, next_after, head)
                for event in recorded:
                    told = self._telling.of(event)
                    next_after = event.position
                    if told is not None and (not types or told.type in types):
                        found.append(_feed_event(told))
                        if len(found) == limit:
                            return FeedPage(events=found, next_after=next_after)
                if len(recorded) < _CHUNK:
                    return FeedPage(events=found, next_after=max(head, after))
        return FeedPage(events=found, next_after=next_after)

    async def _recorded(self, connection: AsyncConnection, after: int, head: int) -> list[Recorded]:
        cursor = await connection.execute(_NEXT, (after, head, _CHUNK), binary=True)
        return [
            self._mapper.to_recorded(StoredEvent(originator_id, version, topic, bytes(state)), position=position)
            for position, originator_id, version, topic, state in await cursor.fetchall()
        ]


def _feed_event(event: CloudEvent) -> FeedEvent:
    return FeedEvent(**structs.asdict(event))

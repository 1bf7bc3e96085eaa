"""The log once more, from any position."""

from typing import Any

from eventsourcing.persistence import StoredEvent

from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.topics import Topics
from campaigns.infrastructure.nats.batch import BatchPublisher
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.relay import publications
from campaigns.infrastructure.nats.telling import Telling
from campaigns.infrastructure.postgres.database import Database

_CHUNK = 1_000
_NEXT = """
    select position, originator_id, originator_version, topic, state from events
     where position > %s order by position limit %s"""


class NatsRepublishing:
    """`Republishing`: under the same ids, subjects and bodies as the relay."""

    def __init__(
        self, database: Database, topics: Topics, telling: Telling, publisher: BatchPublisher, output: Output
    ) -> None:
        self._database = database
        self._mapper = MsgspecMapper(topics)
        self._telling = telling
        self._publisher = publisher
        self._output = output

    async def __call__(self, after: int) -> tuple[int, int]:
        await self._output.ensured()
        published = 0
        while rows := await self._rows(after):
            recorded = [
                self._mapper.to_recorded(StoredEvent(originator_id, version, topic, bytes(state)), position=position)
                for position, originator_id, version, topic, state in rows
            ]
            told = [event for event in map(self._telling.of, recorded) if event is not None]
            await self._publisher.publish(publications(told, self._output.prefix))
            published, after = published + len(told), recorded[-1].position
        return published, after

    async def _rows(self, after: int) -> list[tuple[Any, ...]]:
        async with self._database.system() as connection:
            return await (await connection.execute(_NEXT, (after, _CHUNK), binary=True)).fetchall()

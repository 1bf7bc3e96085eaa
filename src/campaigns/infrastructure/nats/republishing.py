"""The log once more, from any position."""

import asyncio
from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import StoredEvent
from msgspec import Struct

from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.topics import Topics
from campaigns.infrastructure.nats.batch import BatchPublisher, Publication
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.relay import publications
from campaigns.infrastructure.nats.telling import Telling
from campaigns.infrastructure.postgres.database import Database

_CHUNK = 1_000
_NEXT = """
    select position, originator_id, originator_version, topic, state from events
     where position > %s order by position limit %s"""


class _Chunk(Struct, frozen=True):
    """Events as messages, up to a position."""

    publications: Sequence[Publication]
    up_to: int


class NatsRepublishing:
    """`Republishing`: under the same ids, subjects and bodies as the relay; reads on while the server stores."""

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
        published, chunk = 0, await self._chunk(after)
        while chunk.up_to > after:
            after = chunk.up_to
            _, following = await asyncio.gather(self._publisher.publish(chunk.publications), self._chunk(after))
            published, chunk = published + len(chunk.publications), following
        return published, after

    async def _chunk(self, after: int) -> _Chunk:
        """What follows a position; without anything, when that was the last."""
        recorded = [
            self._mapper.to_recorded(StoredEvent(originator_id, version, topic, bytes(state)), position=position)
            for position, originator_id, version, topic, state in await self._rows(after)
        ]
        told = [event for event in map(self._telling.of, recorded) if event is not None]
        return _Chunk(publications(told, self._output.prefix), recorded[-1].position if recorded else after)

    async def _rows(self, after: int) -> list[tuple[Any, ...]]:
        async with self._database.system() as connection:
            return await (await connection.execute(_NEXT, (after, _CHUNK), binary=True)).fetchall()

"""Publishes the log to NATS: in order, each event stored before it is published and published at least once."""

import asyncio
from collections.abc import Sequence

from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.nats.batch import BatchPublisher, Publication
from campaigns.infrastructure.nats.cloud_events import EVENT_CONTENT_TYPE, CloudEvent, encoded, traceparent
from campaigns.infrastructure.nats.followed import locked_position, move_position
from campaigns.infrastructure.nats.log import read_log
from campaigns.infrastructure.nats.news import News
from campaigns.infrastructure.nats.repeating import listen, repeat
from campaigns.infrastructure.postgres.database import Database

FOLLOWER = "relay:events"
_CHUNK = 500


class EventRelay:
    """The follower `relay:events`. Its position moves in the transaction that waits for the acknowledgement, so that
    a crash repeats events (the stream drops them by id) and never skips or reorders one.
    """

    def __init__(
        self,
        database: Database,
        mapper: MsgspecMapper,
        news: News,
        publisher: BatchPublisher,
        *,
        prefix: str = "campaign",
        follower: str = FOLLOWER,
    ) -> None:
        self._database = database
        self._mapper = mapper
        self._news = news
        self._publisher = publisher
        self._prefix = prefix
        self._follower = follower

    async def run(self, stopping: asyncio.Event) -> None:
        hint = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(listen(self._database, "events", hint, stopping))
            await repeat(self.step, stopping=stopping, hint=hint, name=self._follower)

    async def step(self) -> int:
        """Publish the next events; how many were read."""
        async with self._database.system() as connection:
            after = await locked_position(connection, self._follower)
            recorded = await read_log(connection, self._mapper, after=after, limit=_CHUNK)
            if recorded:
                told = [event for event in map(self._news.of, recorded) if event is not None]
                await self._publisher.publish(publications(told, self._prefix))
                await move_position(connection, self._follower, recorded[-1].position)
        return len(recorded)


def publications(events: Sequence[CloudEvent], prefix: str) -> list[Publication]:
    """Each event as a message of its own, under its type with the configured prefix."""
    return [
        Publication(
            subject=subject_of(event.type, prefix),
            payload=encoded(event),
            message_id=event.id,
            headers={
                "content-type": EVENT_CONTENT_TYPE,
                "traceparent": traceparent(event.correlationid, event.id),
            },
        )
        for event in events
    ]


def subject_of(wire_name: str, prefix: str) -> str:
    """`campaign.execution.started` with prefix `acme` is `acme.execution.started`."""
    return prefix + wire_name.removeprefix("campaign")

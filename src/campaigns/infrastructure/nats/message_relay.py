"""Publishes what happened to messages: the ledger in its order, many events to a message."""

import asyncio

from campaigns.infrastructure.eventstore.news import News
from campaigns.infrastructure.nats.batch import BatchPublisher
from campaigns.infrastructure.nats.encoded_events import batches, one_by_one
from campaigns.infrastructure.nats.followed import is_behind, locked_position, move_position
from campaigns.infrastructure.nats.ledger_reading import next_news
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.repeating import repeat
from campaigns.infrastructure.nats.told import Told
from campaigns.infrastructure.postgres.database import Database

FOLLOWER = "relay:messages"
_EVERY_SECONDS = 0.2


class MessageRelay:
    """The follower `relay:messages` of the ledger.

    Events of one kind and campaign travel together, at most a hundred, at most 0.2 s after they were appended; a
    repetition after a crash makes the same batches under the same ids.
    """

    def __init__(
        self,
        database: Database,
        publisher: BatchPublisher,
        output: Output,
        told: Told,
        *,
        news: News,
        single: bool = False,
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._output = output
        self._told = told
        self._news = news
        self._single = single

    async def run(self, stopping: asyncio.Event) -> None:
        await repeat(
            self.step,
            stopping=stopping,
            pulse=self._news,
            idle_seconds=_EVERY_SECONDS,
            pace_seconds=_EVERY_SECONDS,
            name=FOLLOWER,
        )

    async def step(self) -> int:
        """Publish the next appends; how many."""
        await self._output.ensured()
        if not await is_behind(self._database, FOLLOWER):
            return 0
        async with self._database.system() as connection:
            after = await locked_position(connection, FOLLOWER)
            up_to, events = await next_news(connection, after)
            if up_to > after:
                make = one_by_one if self._single else batches
                await self._publisher.publish(make(events, self._output.prefix))
                await move_position(connection, FOLLOWER, up_to)
                self._told.count_types(event.type for event in events)
        return up_to - after

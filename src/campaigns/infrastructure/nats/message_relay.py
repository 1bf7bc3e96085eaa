"""Publishes what happened to messages: the ledger in its order, many events to a message."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b

from campaigns.infrastructure.nats.batch import BatchPublisher, Publication
from campaigns.infrastructure.nats.cloud_events import BATCH_CONTENT_TYPE, CloudEvent, encoded, traceparent
from campaigns.infrastructure.nats.followed import locked_position, move_position
from campaigns.infrastructure.nats.ledger_reading import next_news
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.relay import publications, subject_of
from campaigns.infrastructure.nats.repeating import repeat
from campaigns.infrastructure.nats.told import Told
from campaigns.infrastructure.postgres.database import Database

FOLLOWER = "relay:messages"
BATCH = 100
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
        single: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._output = output
        self._told = told
        self._single = single

    async def run(self, stopping: asyncio.Event) -> None:
        await repeat(self.step, stopping=stopping, idle_seconds=_EVERY_SECONDS, name=FOLLOWER)

    async def step(self) -> int:
        """Publish the next appends; how many."""
        await self._output.ensured()
        async with self._database.system() as connection:
            after = await locked_position(connection, FOLLOWER)
            up_to, events = await next_news(connection, after)
            if up_to > after:
                make = publications if self._single else batches
                await self._publisher.publish(make(events, self._output.prefix))
                await move_position(connection, FOLLOWER, up_to)
                self._told.count(events)
        return up_to - after


def batches(events: Sequence[CloudEvent], prefix: str) -> list[Publication]:
    """Up to a hundred events of one append, campaign and type to a message: the same events, the same batches."""
    groups: dict[tuple[int, str, str], list[CloudEvent]] = defaultdict(list)
    for event in events:
        groups[event.sequence, event.subject, event.type].append(event)
    return [
        _publication(group[start : start + BATCH], prefix)
        for group in groups.values()
        for start in range(0, len(group), BATCH)
    ]


def _publication(events: Sequence[CloudEvent], prefix: str) -> Publication:
    first = events[0]
    digest = blake2b("\n".join(event.id for event in events).encode(), digest_size=16).hexdigest()
    return Publication(
        subject=subject_of(first.type, prefix),
        payload=encoded(events),
        message_id=f"batch.{digest}",
        headers={"content-type": BATCH_CONTENT_TYPE, "traceparent": traceparent(first.correlationid, first.id)},
    )

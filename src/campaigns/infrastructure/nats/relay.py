"""Publishes the log to NATS: in order, each event stored before it is published and published at least once."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncCursor

from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.nats.batch import BatchPublisher, Publication
from campaigns.infrastructure.nats.encoded_events import encoded_event, one_by_one
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.telling import Telling
from campaigns.infrastructure.nats.told import Told

FOLLOWER = "relay:events"


class EventRelay:
    """What the follower `relay:events` does with events.

    Its position moves in the transaction that waits for the acknowledgement, so that a crash repeats events (the
    stream drops them by id) and never skips or reorders one.
    """

    def __init__(self, telling: Telling, publisher: BatchPublisher, output: Output, told: Told) -> None:
        self._telling = telling
        self._publisher = publisher
        self._output = output
        self._told = told

    async def handle(self, _: AsyncCursor[Any], recorded: Sequence[Recorded]) -> None:
        """Returns when every event that is news is acknowledged."""
        await self._output.ensured()
        told = [event for event in map(self._telling.of, recorded) if event is not None]
        await self._publisher.publish(publications(told, self._output.prefix))
        self._told.count(told)


def publications(events: Sequence[CloudEvent], prefix: str) -> list[Publication]:
    """Each event as a message of its own."""
    return one_by_one([encoded_event(event) for event in events], prefix)

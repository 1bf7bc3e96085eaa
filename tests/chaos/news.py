"""What an outside consumer sees of the service on NATS: written with nats-py alone."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import nats
import nats.errors
from nats.aio.client import Client

Event = dict[str, Any]
_PATIENCE = 60.0
_ONCE: dict[str, Any] = {"allow_reconnect": False, "max_reconnect_attempts": 1, "reconnect_time_wait": 0.1}


class Outside:
    """A durable consumer that drops what it has seen, by id, and counts how often that was needed."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.repeated = 0
        self._seen: set[str] = set()

    async def follow(self, address: str, subject: str) -> None:
        """For ever. Connects anew whenever it must: a client that does so itself may outlive its cancellation."""
        while True:
            with suppress(nats.errors.Error, OSError, TimeoutError):
                client = await nats.connect(address, error_cb=_said, **_ONCE)
                try:
                    await self._read(client, subject)
                finally:
                    await client.close()
            await asyncio.sleep(0.1)

    async def _read(self, client: Client, subject: str) -> None:
        subscription = await client.jetstream().pull_subscribe(subject, "outside")
        while True:
            try:
                messages = await subscription.fetch(500, timeout=1)
            except TimeoutError:
                continue
            for message in messages:
                self._take(json.loads(message.data))
                await message.ack()

    def _take(self, event: Event) -> None:
        if event["id"] in self._seen:
            self.repeated += 1
        else:
            self._seen.add(event["id"])
            self.events.append(event)

    async def until(self, count: int) -> None:
        """So many different ones have come, or none for a long time; and half a second more, for those too many."""
        newest, end = len(self.events), time.monotonic() + _PATIENCE
        while len(self.events) < count and time.monotonic() < end:
            if len(self.events) > newest:
                newest, end = len(self.events), time.monotonic() + _PATIENCE
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)

    def of(self, subject: str) -> list[str]:
        """The types of a campaign's events, as they came."""
        return [event["type"] for event in self.events if event["subject"] == subject]


@asynccontextmanager
async def outside(address: str, subject: str = "campaign.*") -> AsyncIterator[Outside]:
    consumer = Outside()
    task = asyncio.create_task(consumer.follow(address, subject))
    try:
        yield consumer
    finally:
        while not task.done():  # a client whose connection ends just now takes the cancellation for that
            task.cancel()
            await asyncio.wait([task], timeout=1)


async def _said(_: Exception) -> None:
    """Connections break: that is the point."""

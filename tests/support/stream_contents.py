"""Everything that NATS holds for a service."""

import asyncio
from collections.abc import Iterator

import nats
from nats.js.api import ConsumerConfig
from tests.support.waiting import PATIENCE


def everything_in(url: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Subject, headers and body of every message of the streams whose names begin so."""
    yield from asyncio.run(read_streams(url, prefix))


async def read_streams(url: str, prefix: str) -> list[tuple[str, bytes]]:
    client = await nats.connect(url)
    found = []
    try:
        jetstream = client.jetstream()
        names = [info.config.name or "" for info in await jetstream.streams_info()]
        for stream in filter(lambda name: name.startswith(prefix), names):
            consumer = await jetstream.pull_subscribe(">", stream=stream, config=ConsumerConfig(ack_policy="none"))  # type: ignore[arg-type]
            waiting = (await consumer.consumer_info()).num_pending or 0
            while waiting:
                messages = await consumer.fetch(min(waiting, 500), timeout=PATIENCE)
                waiting -= len(messages)
                for message in messages:
                    head = f"{message.subject} {message.headers}\n".encode()
                    found.append((f"{stream} {message.subject}", head + message.data))
    finally:
        await client.close()
    return found

"""Which messages a stream has stored since an instant, by their ids."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

_PAGE = 1_000
_DEADLINE = 3.0  # seconds: less than a worker's lease
_CLOCKS_DIFFER = timedelta(seconds=30)


async def stored_ids(jetstream: JetStreamContext, stream: str, subject: str, since: datetime) -> set[str] | None:
    """Headers only, bodies stay where they are. None when it takes too long, or the stream cannot be read."""
    try:
        async with asyncio.timeout(_DEADLINE):
            return await _read(jetstream, stream, subject, since - _CLOCKS_DIFFER)
    except NotFoundError:
        return set()  # no stream: nothing was ever stored
    except (NatsError, TimeoutError):
        return None


async def _read(jetstream: JetStreamContext, stream: str, subject: str, since: datetime) -> set[str]:
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.BY_START_TIME,
        opt_start_time=since.astimezone(UTC),
        ack_policy=AckPolicy.NONE,
        headers_only=True,
        inactive_threshold=30.0,
    )
    consumer = await jetstream.pull_subscribe(subject, stream=stream, config=config)
    try:
        waiting = (await consumer.consumer_info()).num_pending or 0
        found = set[str]()
        while waiting > 0:
            messages = await consumer.fetch(min(_PAGE, waiting), timeout=_DEADLINE)
            found.update(message.headers["Nats-Msg-Id"] for message in messages if message.headers)
            waiting -= len(messages)
        return found
    finally:
        with suppress(NatsError):
            await consumer.unsubscribe()

"""What a stream of NATS holds: reading it from its beginning, one message alone, and overwriting one."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from msgspec import Struct
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

_BODIES_AT_ONCE, _HEADERS_AT_ONCE = 200, 2_000
_PATIENCE = 5.0
_NOT_FOUND = 10037


class Held(Struct, frozen=True):
    """One message, by its number in its stream; without its body where only headers were asked for."""

    stream: str
    number: int
    subject: str
    headers: Mapping[str, str]
    body: bytes


async def held_message(jetstream: JetStreamContext, stream: str, number: int) -> Held | None:
    """None when it is gone meanwhile."""
    try:
        found = await jetstream.get_msg(stream, seq=number)
    except NotFoundError:
        return None
    return Held(stream, number, found.subject or "", found.headers or {}, found.data or b"")


async def overwrite(jetstream: JetStreamContext, message: Held) -> None:
    """Deleted, and its bytes replaced by noise in the server's file."""
    try:
        await jetstream.delete_msg(message.stream, message.number)
    except APIError as error:
        if error.err_code != _NOT_FOUND and not isinstance(error, NotFoundError):
            raise


async def subjects_of(jetstream: JetStreamContext, stream: str) -> list[str]:
    """Those that hold something; none when there is no such stream."""
    try:
        info = await jetstream.stream_info(stream, subjects_filter=">")
    except NotFoundError:
        return []
    return sorted(info.state.subjects or {})


async def all_held(
    jetstream: JetStreamContext,
    stream: str,
    subject: str = ">",
    since: datetime | None = None,
    *,
    headers_only: bool = False,
) -> AsyncIterator[Held]:
    """What is stored at this moment, oldest first; nothing when there is no such stream."""
    try:
        consumer = await jetstream.pull_subscribe(
            subject, stream=stream, config=_reading(since, headers_only=headers_only)
        )
    except NotFoundError:
        return
    at_once = _HEADERS_AT_ONCE if headers_only else _BODIES_AT_ONCE
    try:
        waiting = (await consumer.consumer_info()).num_pending or 0
        while waiting > 0:
            messages = await consumer.fetch(min(at_once, waiting), timeout=_PATIENCE)
            for message in messages:
                yield _held(message)
            waiting -= len(messages)
    finally:
        with suppress(NatsError):
            await consumer.unsubscribe()


def _reading(since: datetime | None, *, headers_only: bool) -> ConsumerConfig:
    return ConsumerConfig(
        deliver_policy=DeliverPolicy.ALL if since is None else DeliverPolicy.BY_START_TIME,
        opt_start_time=None if since is None else since.astimezone(UTC),
        ack_policy=AckPolicy.NONE,
        headers_only=headers_only,
        inactive_threshold=60.0,
    )


def _held(message: Msg) -> Held:
    about = message.metadata
    return Held(about.stream, about.sequence.stream, message.subject, message.headers or {}, message.data)

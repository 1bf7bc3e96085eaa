"""Where consumed subjects are: in a stream of whoever publishes them, or in one of ours."""

import re

from msgspec import Struct
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from campaigns.infrastructure.nats.connection import NatsConnection
from campaigns.infrastructure.nats.streams import StreamMismatchError, ensure_stream, inbound_stream

ACK_WAIT = 30.0  # seconds
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


class NoStreamError(Exception):
    """No stream holds the subject, and the service was not told to make one."""


class Source(Struct, frozen=True):
    """A durable consumer of ours, there and ready."""

    stream: str
    durable: str


class Sources:
    """`prefix` stands before every consumed subject; `ours` is the stream to make for those that nobody holds."""

    def __init__(self, connection: NatsConnection, *, prefix: str, ours: str | None, name: str) -> None:
        self._connection = connection
        self._prefix = f"{prefix}." if prefix else ""
        self._ours = ours
        self._name = name

    def subject(self, pattern: str) -> str:
        """As it is on the wire."""
        return self._prefix + pattern

    def without_prefix(self, subject: str) -> str:
        return subject.removeprefix(self._prefix)

    async def bound(self, pattern: str, everything: tuple[str, ...], most_pending: int) -> Source:
        """The consumer of a subject, made when missing. Raises NoStreamError, StreamMismatchError, NatsAwayError.

        In a stream of others it begins with what is published from then on; in ours, with all that is there.
        `everything` are all patterns that this service consumes.
        """
        jetstream, subject = await self._connection.jetstream(), self.subject(pattern)
        stream = await self._holder(jetstream, subject)
        if stream is None:
            stream = await self._make(jetstream, subject, everything)
        durable = _NOT_IN_NAMES.sub("_", f"{self._name}_{pattern}").rstrip("_")
        try:
            await self._ensure(jetstream, Source(stream, durable), subject, most_pending)
        except APIError as error:
            raise StreamMismatchError(f"consumer {durable} of {stream}: {error.description}") from error
        return Source(stream, durable)

    async def _holder(self, jetstream: JetStreamContext, subject: str) -> str | None:
        try:
            return await jetstream.find_stream_name_by_subject(subject)
        except NotFoundError:
            return None

    async def _make(self, jetstream: JetStreamContext, subject: str, everything: tuple[str, ...]) -> str:
        """Ours takes every consumed subject that no other stream holds."""
        if self._ours is None:
            raise NoStreamError(f"no stream holds {subject}; make one, or set NATS_INBOUND_STREAM")
        wanted = [self.subject(pattern) for pattern in everything]
        free = [each for each in wanted if await self._holder(jetstream, each) in (None, self._ours)]
        await ensure_stream(self._connection, inbound_stream(self._ours, tuple(sorted(free))))
        return self._ours

    async def _ensure(self, jetstream: JetStreamContext, source: Source, subject: str, most_pending: int) -> None:
        try:
            await jetstream.consumer_info(source.stream, source.durable)
        except NotFoundError:
            everything = source.stream == self._ours
            config = ConsumerConfig(
                durable_name=source.durable,
                description="campaigns listens",
                filter_subject=subject,
                deliver_policy=DeliverPolicy.ALL if everything else DeliverPolicy.NEW,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT,
                max_ack_pending=most_pending,
            )
            await jetstream.add_consumer(source.stream, config)

"""The NATS pipeline: messages durably in a stream, for whoever delivers that channel. Repeating is harmless."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Trouble, Verdict
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.nats.batch import BatchPublisher, Publication, PublishRefusedError
from campaigns.infrastructure.nats.connection import NatsAwayError, NatsConnection
from campaigns.infrastructure.nats.reading_back import stored_ids
from campaigns.infrastructure.nats.streams import StreamMismatchError, StreamPlan, ensure_stream

_HEADER_ROOM = 1_024
_PATIENCE = 5.0
_DEADLINE = 30.0
_KEPT_SECONDS = 3 * 24 * 3600.0


class PipelineStream:
    """The stream of outgoing messages, under `<prefix>.<tenant>.<channel>`; made when the first one leaves."""

    def __init__(self, connection: NatsConnection, name: str, prefix: str) -> None:
        self.prefix = prefix
        self.name = name
        self._connection = connection
        self._ready = False
        self._plan = StreamPlan(
            name=name,
            subjects=(f"{prefix}.>",),
            max_age_seconds=_KEPT_SECONDS,
            description="Messages that wait for the services which deliver their channel",
        )

    @classmethod
    def beside(cls, connection: NatsConnection, stream: str, prefix: str) -> "PipelineStream":
        """Beside the stream of events, whose subjects are all those below its own prefix."""
        return cls(connection, f"{stream}_OUTGOING", f"{prefix}_outgoing")

    async def ready(self) -> None:
        """Raises NatsAwayError, StreamMismatchError."""
        if not self._ready:
            await ensure_stream(self._connection, self._plan)
            self._ready = True


class NatsPipelineSender:
    """One tenant's messages of one channel."""

    idempotent = True
    max_chunk = 1_000

    def __init__(
        self,
        connection: NatsConnection,
        stream: PipelineStream,
        tenant_id: TenantId,
        channel: ChannelType,
        provider: str = "nats",
    ) -> None:
        self.provider = provider
        self._connection, self._stream = connection, stream
        self._publisher = BatchPublisher(connection)
        self._subject = f"{stream.prefix}.{tenant_id}.{channel}"
        self._kind = "message/rfc822" if channel is ChannelType.EMAIL else "application/json"

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        try:
            client = await self._connection.ready(_PATIENCE)
            await self._stream.ready()
        except NatsAwayError as error:
            raise ProviderAwayError(self.provider, error.detail, error.retry_after) from error
        except StreamMismatchError as error:
            raise ProviderAwayError(self.provider, str(error), 30.0) from error
        largest = client.max_payload - _HEADER_ROOM
        troubles = {
            message.seq: Trouble(Verdict.PERMANENT, f"larger than {largest} bytes")
            for message in messages
            if len(message.body) > largest
        }
        fitting = [message for message in messages if message.seq not in troubles]
        troubles |= await self._publish(fitting)
        return Handover(len(messages) - len(troubles), troubles)

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        """Read back what was stored since then: JetStream itself knows repetitions for a few minutes only."""
        try:
            stored = await stored_ids(
                await self._connection.jetstream(_PATIENCE), self._stream.name, self._subject, since
            )
        except NatsAwayError as error:
            raise ProviderAwayError(self.provider, error.detail, error.retry_after) from error
        return None if stored is None else {name: name in stored for name in message_ids}

    async def close(self) -> None:
        """The connection belongs to whoever opened it."""

    async def _publish(self, messages: Sequence[OutgoingMessage]) -> dict[int, Trouble]:
        try:
            await self._publisher.publish(list(map(self._publication, messages)), _DEADLINE)
        except NatsAwayError as error:
            return {message.seq: Trouble(Verdict.UNKNOWN, error.detail) for message in messages}
        except PublishRefusedError as error:  # the stream is full or sealed: a repeat stores each message once
            raise ProviderAwayError(self.provider, str(error), 30.0) from error
        return {}

    def _publication(self, message: OutgoingMessage) -> Publication:
        headers = {"Content-Type": self._kind, "Campaigns-Recipient": _ascii(message.address)}
        if message.sender:
            headers["Campaigns-Sender"] = _ascii(message.sender)
        return Publication(self._subject, message.body, message.message_id, headers)


def _ascii(value: str) -> str:
    """A header value without line ends; beyond ASCII it is escaped as Python does."""
    return value.encode("unicode_escape").decode("ascii")

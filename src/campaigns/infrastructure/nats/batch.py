"""Publish to JetStream in atomic batches: each is stored whole or not at all, and repeating one is harmless.

The server refuses a whole batch that holds one message id it has already seen (error 10201): those are then published
one by one, where a seen id is simply acknowledged. Order of the given messages is kept either way.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from uuid import uuid4

import nats.errors
from msgspec import Struct, field
from nats.aio.client import Client
from nats.js.errors import APIError, NoStreamResponseError

from campaigns.infrastructure.nats.connection import NatsAwayError, NatsConnection
from campaigns.infrastructure.nats.framing import FramingClient

MAX_BATCH = 1_000
_PAUSE_SECONDS = 0.05
_DUPLICATE_INSIDE = 10201
_FULL_OR_TOO_LARGE = frozenset({10047, 10054, 10077, 10122})
_TRANSIENT_CODES = frozenset({500, 503})
# A batch the server has forgotten or never saw whole (restart, lost connection, abandoned after 10 s): send it anew.
_BATCH_BROKEN = frozenset({10175, 10176, 10178, 10210, 10211})
_LOST = (nats.errors.Error, NoStreamResponseError, OSError, asyncio.TimeoutError)


class Publication(Struct, frozen=True, gc=False):
    """One message: its id is stored with it, and the same id again within the stream's window is stored once."""

    subject: str
    payload: bytes
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)


class PublishRefusedError(Exception):
    """The server refuses these messages and will go on refusing them (too large, stream full or sealed)."""


class BatchPublisher:
    """Publishes durably over one connection; several calls may be in flight at once."""

    def __init__(self, connection: NatsConnection, ack_timeout: float = 5.0) -> None:
        self._connection = connection
        self._ack_timeout = ack_timeout

    async def publish(self, messages: Sequence[Publication], deadline: float = 30.0) -> None:
        """Store every message, in order; returns when the server has acknowledged all.

        `deadline` seconds bound the whole call. Raises NatsAwayError when it passes (part of the messages may be
        stored: publish the same again) and PublishRefusedError when trying again cannot help.
        """
        try:
            async with asyncio.timeout(deadline):
                for start in range(0, len(messages), MAX_BATCH):
                    await self._until_stored(messages[start : start + MAX_BATCH])
        except TimeoutError as error:
            raise NatsAwayError(f"no acknowledgement within {deadline:g} s") from error

    async def _until_stored(self, messages: Sequence[Publication]) -> None:
        while True:
            client = await self._connection.ready(self._ack_timeout)
            try:
                return await self._once(client, messages)
            except APIError as error:
                _refuse_unless_transient(error)
            except _LOST as error:
                if isinstance(error, nats.errors.MaxPayloadError):
                    raise PublishRefusedError("a message is larger than the server allows") from error
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _once(self, client: FramingClient, messages: Sequence[Publication]) -> None:
        if len(messages) == 1:
            return await self._single(client, messages[0])
        try:
            await self._atomically(client, messages)
        except APIError as error:
            if error.err_code != _DUPLICATE_INSIDE:
                raise
            await self._one_by_one(client, messages)

    async def _atomically(self, client: FramingClient, messages: Sequence[Publication]) -> None:
        batch, last = uuid4().hex, len(messages)
        await self._request(client, messages[0], _in_batch(messages[0], batch, 1))
        await client.publish_many(
            (message.subject, _in_batch(message, batch, number), message.payload)
            for number, message in enumerate(messages[1:-1], 2)
        )
        commit = {"Nats-Batch-Commit": "1"}
        await self._request(client, messages[-1], _in_batch(messages[-1], batch, last) | commit)

    async def _one_by_one(self, client: Client, messages: Sequence[Publication]) -> None:
        # A failed one leaves a gap that the repetition fills later, out of order: so no window here, one at a time.
        for message in messages:
            await self._single(client, message)

    async def _single(self, client: Client, message: Publication) -> None:
        await self._request(client, message, {**message.headers, "Nats-Msg-Id": message.message_id})

    async def _request(self, client: Client, message: Publication, headers: dict[str, str]) -> None:
        reply = await client.request(message.subject, message.payload, timeout=self._ack_timeout, headers=headers)
        if not reply.data:  # the first message of a batch: accepted, nothing stored yet
            return
        answer = json.loads(reply.data)
        if "error" in answer:
            raise APIError.from_error(answer["error"])


def _in_batch(message: Publication, batch: str, number: int) -> dict[str, str]:
    return {
        **message.headers,
        "Nats-Msg-Id": message.message_id,
        "Nats-Batch-Id": batch,
        "Nats-Batch-Sequence": str(number),
    }


def _refuse_unless_transient(error: APIError) -> None:
    is_final = error.err_code in _FULL_OR_TOO_LARGE
    if not is_final and (error.err_code in _BATCH_BROKEN or error.code in _TRANSIENT_CODES):
        return
    raise PublishRefusedError(f"{error.description} ({error.err_code})") from error

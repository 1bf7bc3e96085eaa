"""The streams of NATS: news is stored again under a pseudonym, then what named the person is overwritten."""

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import msgspec
import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.places.recorded import rewritten, written
from campaigns.infrastructure.nats.batch import BatchPublisher, Publication
from campaigns.infrastructure.nats.connection import NatsAwayError, NatsConnection
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

_AT_ONCE = 200
_PATIENCE = 5.0
_USER_ID = re.compile(rb'"user_id":("(?:[^"\\]|\\.)*")')
_NOT_FOUND = 10037
_MESSAGE = ".message."
_CLOCKS_DIFFER = timedelta(minutes=1)
_FIRST: LiteralString = """
select min(e.created_at) from erased_messages m join executions e on e.execution_no = m.execution_no
 where m.pseudonym = any(%s)"""
_MESSAGES: LiteralString = "select execution_no, seq from erased_messages where pseudonym = any(%s)"
_AWAY = (NatsError, OSError, TimeoutError)
log = structlog.get_logger(__name__)


class Streams:
    """Our own ones: news, what waits for the services that deliver, and what nobody could work on."""

    name = "streams"

    def __init__(
        self, connection: NatsConnection, publisher: BatchPublisher, database: Database, settings: Settings
    ) -> None:
        self._connection = connection
        self._publisher = publisher
        self._database = database
        self._news = settings.nats_stream
        self._inbound = settings.nats_inbound_stream or f"{settings.nats_stream}_IN"

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        """Of any tenant: what a stream holds tells its tenant only within the message."""
        try:
            jetstream = await self._connection.jetstream(_PATIENCE)
            outgoing = await self._outgoing(people)
            return (
                await self._tell_again(jetstream, tenant_id, people)
                + await self._overwrite(jetstream, f"{self._news}_OUTGOING", outgoing, headers_only=True)
                + await self._overwrite(jetstream, f"{self._news}_DEAD", _naming(people), headers_only=False)
                + await self._overwrite(jetstream, self._inbound, _naming(people), headers_only=False)
            )
        except _AWAY as error:
            raise NatsAwayError(str(error) or type(error).__name__) from error

    async def _tell_again(self, jetstream: JetStreamContext, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        found, names = 0, _naming(people)
        since = await self._first_written_to(people)
        for subject in await _subjects(jetstream, self._news):
            if since is None and _MESSAGE in subject:
                continue
            async for message in _all_of(jetstream, self._news, subject, since if _MESSAGE in subject else None):
                told = _told_again(message.data, tenant_id, people) if names(message) else message.data
                if told != message.data:
                    await self._publisher.publish([_again(message, told, people[0].pseudonym)])
                    await _overwritten(jetstream, message)
                    found += 1
        return found

    async def _first_written_to(self, people: Sequence[Forgotten]) -> datetime | None:
        """News about messages begins with the first run that one of them was planned for."""
        async with self._database.system() as connection:
            row = await (await connection.execute(_FIRST, ([one.pseudonym for one in people],))).fetchone()
        return row[0] - _CLOCKS_DIFFER if row and row[0] else None

    async def _overwrite(
        self, jetstream: JetStreamContext, stream: str, meant: Callable[[Msg], bool], *, headers_only: bool
    ) -> int:
        found = 0
        async for message in _all_of(jetstream, stream, headers_only=headers_only):
            if meant(message):
                await _overwritten(jetstream, message)
                found += 1
        return found

    async def _outgoing(self, people: Sequence[Forgotten]) -> Callable[[Msg], bool]:
        """By the ids of their messages, and, for mails that were sent as a test, by their addresses."""
        async with self._database.system() as connection:
            rows = await (await connection.execute(_MESSAGES, ([one.pseudonym for one in people],))).fetchall()
        ids = {message_id(execution_no, seq) for execution_no, seq in rows}
        traces = {trace for one in people for trace in one.traces}

        def meant(message: Msg) -> bool:
            headers = message.headers or {}
            return headers.get("Nats-Msg-Id") in ids or headers.get("Campaigns-Recipient") in traces

        return meant


def _naming(people: Sequence[Forgotten]) -> Callable[[Msg], bool]:
    """Whether a body may name one of them: a message about a hundred people is looked at once, not once for each."""
    ids = {msgspec.json.encode(one.user_id) for one in people}
    texts = written(people)

    def names(message: Msg) -> bool:
        body = message.data
        told = str(message.headers).encode() + body
        if _MESSAGE in message.subject:
            return not ids.isdisjoint(_USER_ID.findall(body))
        return any(text in told for text in texts)

    return names


def _told_again(body: bytes, tenant_id: TenantId, people: Sequence[Forgotten]) -> bytes:
    """CloudEvents, one or many; those of other tenants stay as they are."""
    events = msgspec.json.decode(body)
    many = events if isinstance(events, list) else [events]
    told = [
        json.loads(rewritten(msgspec.json.encode(event), people)) if event.get("tenantid") == tenant_id else event
        for event in many
    ]
    return body if told == many else msgspec.json.encode(told if isinstance(events, list) else told[0])


def _again(message: Msg, told: bytes, pseudonym: str) -> Publication:
    """Under an id of its own: the first one may still be known as a repetition."""
    headers = {key: value for key, value in (message.headers or {}).items() if not key.startswith("Nats-")}
    former = (message.headers or {}).get("Nats-Msg-Id", str(message.metadata.sequence.stream))
    return Publication(message.subject, told, f"{former}.{pseudonym}", headers)


async def _overwritten(jetstream: JetStreamContext, message: Msg) -> None:
    """Deleted, and its bytes replaced by noise in the server's file."""
    try:
        await jetstream.delete_msg(message.metadata.stream, message.metadata.sequence.stream)
    except APIError as error:
        if error.err_code != _NOT_FOUND and not isinstance(error, NotFoundError):
            raise


async def _subjects(jetstream: JetStreamContext, stream: str) -> list[str]:
    """Those that hold something; none when there is no such stream."""
    try:
        info = await jetstream.stream_info(stream, subjects_filter=">")
    except NotFoundError:
        return []
    return sorted(info.state.subjects or {})


async def _all_of(
    jetstream: JetStreamContext,
    stream: str,
    subject: str = ">",
    since: datetime | None = None,
    *,
    headers_only: bool = False,
) -> AsyncIterator[Msg]:
    """What is stored at this moment, oldest first; nothing when there is no such stream."""
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.ALL if since is None else DeliverPolicy.BY_START_TIME,
        opt_start_time=None if since is None else since.astimezone(UTC),
        ack_policy=AckPolicy.NONE,
        headers_only=headers_only,
        inactive_threshold=60.0,
    )
    try:
        consumer = await jetstream.pull_subscribe(subject, stream=stream, config=config)
    except NotFoundError:
        return
    try:
        waiting = (await consumer.consumer_info()).num_pending or 0
        while waiting > 0:
            messages = await consumer.fetch(min(_AT_ONCE, waiting), timeout=_PATIENCE)
            for message in messages:
                yield message
            waiting -= len(messages)
    finally:
        with suppress(NatsError):
            await consumer.unsubscribe()

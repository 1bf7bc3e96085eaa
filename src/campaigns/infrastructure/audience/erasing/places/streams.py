"""The streams of NATS: news is stored again under a pseudonym, then what named the person is overwritten."""

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import LiteralString

import msgspec
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.places.held_messages import (
    Held,
    all_held,
    held_message,
    overwrite,
    subjects_of,
)
from campaigns.infrastructure.audience.erasing.places.recorded import rewritten, written
from campaigns.infrastructure.nats.batch import BatchPublisher, Publication
from campaigns.infrastructure.nats.connection import NatsAwayError, NatsConnection
from campaigns.infrastructure.nats.named_messages import Key, about, sought
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

_PATIENCE = 5.0
_USER_ID = re.compile(rb'"user_id":("(?:[^"\\]|\\.)*")')
_MESSAGE = ".message."
_OF_ERASURES = ".person.erased"  # it names messages and a pseudonym
_CLOCKS_DIFFER = timedelta(minutes=1)
_FIRST: LiteralString = """
select min(e.created_at) from erased_messages m join executions e on e.execution_no = m.execution_no
 where m.pseudonym = any(%s)"""
_MESSAGES: LiteralString = "select execution_no, seq from erased_messages where pseudonym = any(%s)"
_AWAY = (NatsError, OSError, TimeoutError)


class Streams:
    """Our own ones: news, what waits for the services that deliver, and what nobody could work on.

    Of news about messages only headers are read, and the bodies of those that are about an erased person's message.
    """

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
            messages = await self._messages(people)
            return (
                await self._tell_again(jetstream, tenant_id, people, messages)
                + await self._drop(jetstream, f"{self._news}_OUTGOING", _sending(people, messages), headers_only=True)
                + await self._drop(jetstream, f"{self._news}_DEAD", _naming(people), headers_only=False)
                + await self._drop(jetstream, self._inbound, _naming(people), headers_only=False)
            )
        except _AWAY as error:
            raise NatsAwayError(str(error) or type(error).__name__) from error

    async def _tell_again(
        self, jetstream: JetStreamContext, tenant_id: TenantId, people: Sequence[Forgotten], messages: frozenset[Key]
    ) -> int:
        found, names = 0, _naming(people)
        async for message in self._news_about(jetstream, people, messages):
            told = _told_again(message.body, tenant_id, people) if names(message) else message.body
            if told != message.body:
                await self._publisher.publish([_again(message, told, people[0].pseudonym)])
                await overwrite(jetstream, message)
                found += 1
        return found

    async def _news_about(
        self, jetstream: JetStreamContext, people: Sequence[Forgotten], messages: frozenset[Key]
    ) -> AsyncIterator[Held]:
        """All news that may name one of them."""
        since, theirs = await self._first_written_to(people), sought(messages)
        for subject in await subjects_of(jetstream, self._news):
            if subject.endswith(_OF_ERASURES):
                continue
            if _MESSAGE not in subject:
                async for message in all_held(jetstream, self._news, subject):
                    yield message
            elif since is not None:
                async for head in all_held(jetstream, self._news, subject, since, headers_only=True):
                    if about(head.headers, theirs) and (held := await held_message(jetstream, self._news, head.number)):
                        yield held

    async def _first_written_to(self, people: Sequence[Forgotten]) -> datetime | None:
        """News about messages begins with the first run that one of them was planned for."""
        async with self._database.system() as connection:
            row = await (await connection.execute(_FIRST, ([one.pseudonym for one in people],))).fetchone()
        return row[0] - _CLOCKS_DIFFER if row and row[0] else None

    async def _messages(self, people: Sequence[Forgotten]) -> frozenset[Key]:
        async with self._database.system() as connection:
            rows = await (await connection.execute(_MESSAGES, ([one.pseudonym for one in people],))).fetchall()
        return frozenset((execution_no, seq) for execution_no, seq in rows)

    async def _drop(
        self, jetstream: JetStreamContext, stream: str, meant: Callable[[Held], bool], *, headers_only: bool
    ) -> int:
        found = 0
        async for message in all_held(jetstream, stream, headers_only=headers_only):
            if meant(message):
                await overwrite(jetstream, message)
                found += 1
        return found


def _sending(people: Sequence[Forgotten], messages: frozenset[Key]) -> Callable[[Held], bool]:
    """By the ids of their messages, and, for mails that were sent as a test, by their addresses."""
    ids = {message_id(execution_no, seq) for execution_no, seq in messages}
    traces = {trace for one in people for trace in one.traces}

    def meant(message: Held) -> bool:
        headers = message.headers
        return headers.get("Nats-Msg-Id") in ids or headers.get("Campaigns-Recipient") in traces

    return meant


def _naming(people: Sequence[Forgotten]) -> Callable[[Held], bool]:
    """Whether a body may name one of them: a message about a hundred people is looked at once, not once for each."""
    ids = {msgspec.json.encode(one.user_id) for one in people}
    texts = written(people)

    def names(message: Held) -> bool:
        told = str(message.headers).encode() + message.body
        if _MESSAGE in message.subject:
            return not ids.isdisjoint(_USER_ID.findall(message.body))
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


def _again(message: Held, told: bytes, pseudonym: str) -> Publication:
    """Under an id of its own: the first one may still be known as a repetition."""
    headers = {key: value for key, value in message.headers.items() if not key.startswith("Nats-")}
    former = message.headers.get("Nats-Msg-Id", str(message.number))
    return Publication(message.subject, told, f"{former}.{pseudonym}", headers)

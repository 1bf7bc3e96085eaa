"""Consumers of what others publish: pull, work, acknowledge; a message is never dropped and never holds up for good."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC

import nats.errors
import structlog
from nats.aio.msg import Msg
from nats.js.errors import Error as JetStreamError

from campaigns.application.shared.consuming import Incoming, Taken, Taking
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.nats.batch import PublishRefusedError
from campaigns.infrastructure.nats.connection import NatsConnection
from campaigns.infrastructure.nats.consumer_figures import ConsumerFigures
from campaigns.infrastructure.nats.dead_letters import NatsDeadLetters
from campaigns.infrastructure.nats.pulling import ConsumerLostError, Pull
from campaigns.infrastructure.nats.repeating import first_of
from campaigns.infrastructure.nats.sources import ACK_WAIT, NoStreamError, Source, Sources
from campaigns.infrastructure.nats.streams import StreamMismatchError
from campaigns.infrastructure.nats.takings import Takings

BATCH = 500
_MOST_PENDING = 4 * BATCH
_PAUSE, _LONGEST_PAUSE = 1.0, 15.0  # seconds
_LOST = (
    ConsumerLostError,
    NoStreamError,
    StreamMismatchError,
    PublishRefusedError,
    nats.errors.Error,
    JetStreamError,
    OSError,
    TimeoutError,
)

_log = structlog.get_logger(__name__)


class Consumers:
    """All of them, side by side: one that is stuck holds up no other. As many processes at once as wished."""

    def __init__(
        self,
        connection: NatsConnection,
        sources: Sources,
        takings: Takings,
        dead_letters: NatsDeadLetters,
        figures: ConsumerFigures,
    ) -> None:
        self._connection = connection
        self._sources = sources
        self._takings = takings
        self._dead_letters = dead_letters
        self._figures = figures

    async def run(self, stopping: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            for pattern, taking in self._takings:
                group.create_task(self._listen(pattern, taking, stopping), name=f"consumes {pattern}")

    async def _listen(self, pattern: str, taking: Taking, stopping: asyncio.Event) -> None:
        pause, told = _PAUSE, ""
        while not stopping.is_set():
            try:
                source = await self._sources.bound(pattern, self._takings.patterns, _MOST_PENDING)
                _log.info("consumer_bound", subject=pattern, stream=source.stream, consumer=source.durable)
                pause, told = _PAUSE, ""
                await self._follow(pattern, source, taking, stopping)
            except (*_LOST, DependencyDownError) as error:
                self._figures.bound(pattern, is_bound=False)
                if told != (told := f"{type(error).__name__}: {error}"):  # once, not every few seconds
                    _log.warning("consumer_waits", subject=pattern, why=told)
                await first_of(stopping, patience=pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        self._figures.bound(pattern, is_bound=False)

    async def _follow(self, pattern: str, source: Source, taking: Taking, stopping: asyncio.Event) -> None:
        client = await self._connection.ready()
        async with Pull(client, source.stream, source.durable, BATCH) as pull:
            self._figures.bound(pattern, is_bound=True)
            while not stopping.is_set():
                if messages := await pull.next(stopping):
                    await self._work(pattern, taking, messages, stopping)
                else:
                    self._figures.idle(pattern)

    async def _work(self, pattern: str, taking: Taking, messages: Sequence[Msg], stopping: asyncio.Event) -> None:
        incoming = [self._incoming(message) for message in messages]
        async with _held(messages):
            with self._figures.timed(pattern):
                taken = await self._taken(pattern, taking, incoming, stopping)
            if taken is None:
                return await _give_back(messages)
            if taken.dead:
                await self._bury(taken)
        for message in messages:
            await message.ack()
        self._figures.count(pattern, taken, messages[-1].metadata.num_pending)
        return None

    async def _taken(
        self, pattern: str, taking: Taking, incoming: Sequence[Incoming], stopping: asyncio.Event
    ) -> Taken | None:
        """None when the service stops before a dependency is back."""
        while True:
            try:
                return await taking(incoming)
            except DependencyDownError as away:
                _log.warning("consumer_holds", subject=pattern, dependency=away.name, detail=away.detail)
                await first_of(stopping, patience=min(away.retry_after, _LONGEST_PAUSE))
            except Exception as error:  # noqa: BLE001 - a fault of ours: said aloud, nothing is lost, tried again
                _log.error("consumer_failed", subject=pattern, exc_info=error)
                await first_of(stopping, patience=_LONGEST_PAUSE)
            if stopping.is_set():
                return None

    async def _bury(self, taken: Taken) -> None:
        for _, letter in taken.dead:
            _log.error(
                "dead_letter",
                subject=letter.message.subject,
                position=letter.message.position,
                code=letter.code,
                error=letter.error,
            )
        await self._dead_letters.keep([letter for _, letter in taken.dead])

    def _incoming(self, message: Msg) -> Incoming:
        told = message.metadata
        return Incoming(
            subject=self._sources.without_prefix(message.subject),
            headers=dict(message.headers or {}),
            data=message.data,
            position=f"{told.stream}:{told.sequence.stream}",
            stored_at=told.timestamp.astimezone(UTC),
        )


async def _give_back(messages: Sequence[Msg]) -> None:
    """Others take them at once instead of after the wait for an acknowledgement."""
    for message in messages:
        await message.nak()


@asynccontextmanager
async def _held(messages: Sequence[Msg]) -> AsyncIterator[None]:
    """While work on them goes on, the server does not give them to others."""

    async def hold() -> None:
        while True:
            await asyncio.sleep(ACK_WAIT / 3)
            for message in messages:
                await message.in_progress()

    holding = asyncio.create_task(hold())
    try:
        yield
    finally:
        holding.cancel()

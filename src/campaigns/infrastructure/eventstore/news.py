"""Hints that the log has grown or that work waits, for all loops of a process over one connection."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from time import monotonic

import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.eventstore.statements import CHANNEL
from campaigns.infrastructure.nats.repeating import first_of
from campaigns.infrastructure.postgres.announcing import WORK
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.listening import announced

LEDGER, OUTSIDE_EVENTS = "ledger", "outside_events"
_CHANNELS = (CHANNEL, LEDGER, OUTSIDE_EVENTS, WORK)
CALMER = 5  # times as long between two looks while it is quiet
_QUIET_AFTER = 10.0  # seconds without any announcement
_TOGETHER = 0.5  # seconds between the instants at which resting loops look
_EARLY = 0.01  # so much before its instant a timer may go off
_PAUSE = 1.0  # seconds between attempts to listen again

log = structlog.get_logger(__name__)


class News:
    """`Pulse`. Run it beside the loops. A lost hint costs them their next look and nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[str, set[asyncio.Event]] = {channel: set() for channel in _CHANNELS}
        self._resting: set[asyncio.Event] = set()
        self._hears = False
        self._stirred_at = monotonic()

    @contextmanager
    def heard(self, channel: str = CHANNEL) -> Iterator[asyncio.Event]:
        """An event that is set whenever the log, the ledger … may have grown; clear it before reading."""
        with _among(self._listeners[channel]) as listener:
            yield listener

    @property
    def is_quiet(self) -> bool:
        """Nothing was announced for a while; never where nobody listens."""
        return self._hears and monotonic() - self._stirred_at > _QUIET_AFTER

    async def rest(self, seconds: float, stopping: asyncio.Event, hint: asyncio.Event | None = None) -> None:
        """As the port says; also until `hint`."""
        ends = [event for event in (stopping, hint) if event is not None]
        if not self.is_quiet:
            await first_of(*ends, patience=seconds)
            return
        with _among(self._resting) as stirred:
            await first_of(*ends, stirred, patience=_until_all_look(seconds * CALMER))

    def stir(self) -> None:
        self._stirred_at = monotonic()
        for resting in self._resting:
            resting.set()

    async def run(self, stopping: asyncio.Event) -> None:
        listening = asyncio.create_task(self._listen_for_ever())
        try:
            await stopping.wait()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with self._database.dedicated_listener(*_CHANNELS) as connection:
                    self._hears = True
                    self._tell(*_CHANNELS)  # what was announced before this connection listened
                    async with aclosing(announced(connection)) as hints:
                        async for channels in hints:
                            self._tell(*channels)
            except DependencyDownError as error:
                log.warning("cannot listen for events; followers poll", error=error.detail)
            finally:
                self._hears = False
            await asyncio.sleep(_PAUSE)

    def _tell(self, *channels: str) -> None:
        self.stir()
        for channel in channels:
            for listener in self._listeners[channel]:
                listener.set()


def _until_all_look(seconds: float) -> float:
    """Less than that, so that loops look at the same instants: waking a process up costs as much as a look."""
    now = monotonic()
    return (now + seconds + _EARLY) // _TOGETHER * _TOGETHER - now if seconds > _TOGETHER else seconds


@contextmanager
def _among(events: set[asyncio.Event]) -> Iterator[asyncio.Event]:
    event = asyncio.Event()
    events.add(event)
    try:
        yield event
    finally:
        events.discard(event)

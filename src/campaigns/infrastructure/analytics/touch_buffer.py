"""Collects hits and appends them to the ledger in groups; spools them while Postgres is away."""

import asyncio

import structlog

from campaigns.application.analytics.ports import Fact, Facts
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.analytics.spool import Spool, SpoolFullError
from campaigns.infrastructure.analytics.spool_return import SpoolReturn
from campaigns.infrastructure.nats.repeating import first_of

_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 0.1
_LEFT_BEHIND_SECONDS = 1.0  # between looks for what a process that died had spooled
_MOST_WAITING = 100_000
_PATIENCE = 2.0  # seconds for an append; what was appended all the same counts once
_RETRY_SECONDS = 1.0


class TouchBuffer:
    """`TouchLog`. Run it beside the server; at `stopping` it hands over what it still holds."""

    def __init__(self, facts: Facts, spool: Spool, back: SpoolReturn) -> None:
        self._facts = facts
        self._spool = spool
        self._back = back
        self._waiting: list[Fact] = []
        self._come = asyncio.Event()
        self._untold = 0
        self._away_until = 0.0
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """Hits that are neither in the ledger nor in the spool yet."""
        return len(self._waiting)

    def take(self, fact: Fact) -> None:
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(fact)
            self._come.set()
        else:
            self._untold += 1
            self.dropped += 1

    async def keep(self, fact: Fact) -> None:
        try:
            await asyncio.to_thread(self._spool.append, [fact])
            self._come.set()
        except SpoolFullError as error:
            raise DependencyDownError("the spool for hits", str(error), retry_after=30, says="is full") from error

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.flush()
            await self._bring_back()
            await first_of(stopping, patience=_EVERY_SECONDS)
            if self._spool.empty:
                await first_of(stopping, self._come, patience=_LEFT_BEHIND_SECONDS)
            self._come.clear()
        await self.flush()

    async def flush(self) -> None:
        """Hand over what was taken so far: to the ledger, else to the spool."""
        facts, self._waiting = self._waiting, []
        if self._untold:
            _log.error("hits_dropped", count=self._untold, reason="neither the ledger nor the spool keeps up")
            self._untold = 0
        if facts and not await self._appended(facts):
            await self._spool_instead(facts)

    async def _appended(self, facts: list[Fact]) -> bool:
        if self._away:
            return False
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._facts.append(facts)
        except (DependencyDownError, TimeoutError) as error:
            self._note_absence(error)
        except Exception as error:  # noqa: BLE001 - whatever the ledger dislikes, a hit is kept and the page answers
            _log.error("hits_refused_by_the_ledger", count=len(facts), exc_info=error)
        else:
            return True
        return False

    async def _spool_instead(self, facts: list[Fact]) -> None:
        try:
            await asyncio.to_thread(self._spool.append, facts)
        except SpoolFullError as error:
            self.dropped += len(facts)
            _log.error("hits_dropped", count=len(facts), reason=str(error))

    async def _bring_back(self) -> None:
        if self._away or self._spool.empty:
            return
        try:
            await self._back.bring_back()
        except (DependencyDownError, TimeoutError) as error:
            self._note_absence(error)

    @property
    def _away(self) -> bool:
        return asyncio.get_running_loop().time() < self._away_until

    def _note_absence(self, error: Exception) -> None:
        _log.warning("hits_are_spooled", why=str(error) or "Postgres did not answer in time")
        self._away_until = asyncio.get_running_loop().time() + _RETRY_SECONDS

"""Collects hits and appends them to the ledger in groups; spools them while Postgres is away."""

import asyncio

import structlog

from campaigns.application.analytics.ports import Fact, FactName, Facts, MessageOwners, Suppressing, SuppressionReason
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.analytics.spool import Spool, SpoolFullError

_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 0.1
_MOST_WAITING = 100_000
_RETRY_SECONDS = 1.0


class TouchBuffer:
    """`TouchLog`. Run it beside the server; at `stopping` it hands over what it still holds."""

    def __init__(self, facts: Facts, spool: Spool, owners: MessageOwners, suppressing: Suppressing) -> None:
        self._facts = facts
        self._spool = spool
        self._owners = owners
        self._suppressing = suppressing
        self._waiting: list[Fact] = []
        self._away_until = 0.0
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """Hits that are neither in the ledger nor in the spool yet."""
        return len(self._waiting)

    def take(self, fact: Fact) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            self.dropped += 1
            _log.error("hit_dropped", reason="neither the ledger nor the spool keeps up")
            return
        self._waiting.append(fact)

    async def keep(self, fact: Fact) -> None:
        await asyncio.to_thread(self._spool.append, [fact])

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.flush()
            await self._drain()
            try:
                await asyncio.wait_for(stopping.wait(), _EVERY_SECONDS)
            except TimeoutError:
                continue
        await self.flush()

    async def flush(self) -> None:
        """Hand over what was taken so far: to the ledger, else to the spool."""
        facts, self._waiting = self._waiting, []
        if not facts:
            return
        if not self._away:
            try:
                await self._facts.append(facts)
            except DependencyDownError as error:
                self._note_absence(error)
            except Exception as error:  # noqa: BLE001 - whatever the ledger dislikes, a hit is kept and the page answers
                _log.error("hits_refused_by_the_ledger", count=len(facts), exc_info=error)
            else:
                return
        await self._spool_instead(facts)

    async def _spool_instead(self, facts: list[Fact]) -> None:
        try:
            await asyncio.to_thread(self._spool.append, facts)
        except SpoolFullError as error:
            self.dropped += len(facts)
            _log.error("hits_dropped", count=len(facts), reason=str(error))

    async def _drain(self) -> None:
        if self._away or self._spool.empty:
            return
        try:
            for group in self._spool.drain():
                await self._apply(group)
        except DependencyDownError as error:
            self._note_absence(error)

    async def _apply(self, facts: list[Fact]) -> None:
        for fact in facts:
            if fact.name is FactName.UNSUBSCRIBED:
                owner = await self._owners.of(fact.execution_no, fact.seq)
                if owner is not None:
                    await self._suppressing.suppress(owner, SuppressionReason.UNSUBSCRIBED, fact.at)
        await self._facts.append(facts)

    @property
    def _away(self) -> bool:
        return asyncio.get_running_loop().time() < self._away_until

    def _note_absence(self, error: DependencyDownError) -> None:
        _log.warning("hits_are_spooled", dependency=error.name, detail=error.detail)
        self._away_until = asyncio.get_running_loop().time() + _RETRY_SECONDS

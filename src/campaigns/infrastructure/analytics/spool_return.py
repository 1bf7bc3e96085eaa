"""Brings spooled facts to the ledger once Postgres is back; what it refuses for good keeps nobody else waiting."""

import asyncio
from collections.abc import Sequence
from contextlib import closing

import structlog

from campaigns.application.analytics.ports import Fact, FactName, Facts, MessageOwners, Suppressing, SuppressionReason
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.analytics.spool import Spool, SpoolFullError

_log = structlog.get_logger(__name__)
_PATIENCE = 30.0  # seconds for a group


class SpoolReturn:
    """A repetition after a crash brings facts again, under the same source ids: each counts once."""

    def __init__(self, spool: Spool, facts: Facts, owners: MessageOwners, suppressing: Suppressing) -> None:
        self._spool = spool
        self._facts = facts
        self._owners = owners
        self._suppressing = suppressing

    async def bring_back(self) -> None:
        """Everything that waits. DependencyDownError or TimeoutError when Postgres went away: all waits again."""
        with closing(self._spool.drain()) as groups:
            for facts in groups:
                await self._together_or_alone(facts)

    async def _together_or_alone(self, facts: Sequence[Fact]) -> None:
        try:
            await self._apply(facts)
        except (DependencyDownError, TimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 - one of them is refused: which one shows when each goes alone
            _log.warning("spooled_hits_refused", count=len(facts), exc_info=error)
            for fact in facts:
                await self._alone(fact)

    async def _alone(self, fact: Fact) -> None:
        try:
            await self._apply([fact])
        except (DependencyDownError, TimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 - kept for a human, and said aloud
            _log.error("hit_refused_by_the_ledger", fact=fact.source_event_id, exc_info=error)
            try:
                self._spool.set_aside([fact])
            except SpoolFullError as full:
                _log.error("refused_hit_dropped", fact=fact.source_event_id, reason=str(full))

    async def _apply(self, facts: Sequence[Fact]) -> None:
        async with asyncio.timeout(_PATIENCE):
            for fact in facts:
                if fact.name is FactName.UNSUBSCRIBED:
                    await self._suppress(fact)
            await self._facts.append(facts)

    async def _suppress(self, fact: Fact) -> None:
        owner = await self._owners.of(fact.execution_no, fact.seq)
        if owner is not None:
            await self._suppressing.suppress(owner, SuppressionReason.UNSUBSCRIBED, fact.at)

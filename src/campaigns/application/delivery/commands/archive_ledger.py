"""Move executions that ended long ago from the ledger into files."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from campaigns.application.delivery.archiving import Archived, LedgerArchive, Retention
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock

log = structlog.get_logger(__name__)


class ArchiveLedger(Command, frozen=True, kw_only=True):
    """`days`: how long ago they must have ended; None: as the retention says."""

    days: int | None = None


class ArchiveLedgerHandler:
    def __init__(self, archive: LedgerArchive, retention: Retention, clock: Clock) -> None:
        self._archive = archive
        self._retention = retention
        self._clock = clock

    async def __call__(self, command: ArchiveLedger) -> Sequence[Archived]:
        """What was archived. One execution after the other, so that a failure keeps what was done before."""
        now = self._clock.now()
        days = self._retention.days if command.days is None else command.days
        kept_since = now - timedelta(days=days)
        keeps_all = command.days is None and days == 0
        await self._archive.keep_months(now.date(), ended_before=None if keeps_all else kept_since.date())
        found: list[Archived] = []
        for execution_id in () if keeps_all else await self._archive.due(kept_since):
            archived = await self._archive.archive(execution_id)
            if archived is not None:
                log.info("execution archived", execution=str(execution_id), people=archived.people)
                found.append(archived)
        return found

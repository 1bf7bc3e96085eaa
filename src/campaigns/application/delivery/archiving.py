"""Retention: what ended long ago leaves the ledger for files that can be read with anything."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from campaigns.domain.shared.ids import ExecutionId


class Retention(Struct, frozen=True):
    """How many days an ended execution stays in the ledger; 0: for ever."""

    days: int


class Archived(Struct, frozen=True, kw_only=True):
    """One execution that left the ledger, and what it left: people, facts, and stretches that were sent as one."""

    execution_id: ExecutionId
    folder: str
    people: int
    facts: int
    stretches: int


class LedgerArchive(Protocol):
    """Files beside the ledger, across tenants."""

    async def due(self, ended_before: datetime) -> Sequence[ExecutionId]:
        """Executions that ended before and are not archived yet, oldest first."""

    async def archive(self, execution_id: ExecutionId) -> Archived | None:
        """Write the files, verify them, then remove the rows: all of it or nothing, and a repeat is harmless.

        None when it was archived meanwhile or a follower of the ledger has not read all of it yet. ArchiveError when
        the files do not hold what the ledger holds.
        """

    async def keep_months(self, today: date, *, ended_before: date | None) -> None:
        """Have a partition for the facts of this month and of those around it; drop empty ones of months before."""


class ArchiveError(Exception):
    """A file does not hold what the ledger holds: nothing was removed."""

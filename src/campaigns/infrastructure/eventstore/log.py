"""The event log of one process: its one writer and its few readers."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.eventstore.claims import Claims
from campaigns.infrastructure.eventstore.commits import UNNOTICED, Commits
from campaigns.infrastructure.eventstore.mapper import StoredRecord
from campaigns.infrastructure.eventstore.reading import Reader
from campaigns.infrastructure.eventstore.recorder import GroupCommittingRecorder
from campaigns.infrastructure.eventstore.writer import GroupWriter
from campaigns.infrastructure.postgres.roles import IDLE_SECONDS


class EventLog:
    """Shared by every `EventStore` of the process; open it with `async with`. `patience` in seconds."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        patience: float = 5.0,
        commits: Commits = UNNOTICED,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.clock = clock
        self.reader = Reader(url)
        self._writer = GroupWriter(url, patience=patience, commits=commits, idle_seconds=idle_seconds)
        self.recorder = GroupCommittingRecorder(self._writer, self.reader)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.reader.open)
        self._writer.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(self.reader.close)

    @property
    def waiting(self) -> int:
        """Saves that wait for the next commit, about."""
        return self._writer.waiting

    async def save(self, records: Sequence[StoredRecord], claims: Claims) -> int:
        """Position of the last record, once its commit is durable; see `GroupWriter.submit` for the refusals."""
        try:
            async with asyncio.timeout(self._writer.patience * 2):
                return await self._writer.submit_from_loop(records, claims)
        except TimeoutError as error:  # a peer that froze says nothing at all
            raise DependencyDownError("postgres", "Postgres did not answer in time.") from error

    async def receipt_of(self, caller: Caller) -> Receipt | None:
        """What the caller's command left behind, if it was recorded at any time before; None if it never was."""
        found = await asyncio.to_thread(self.reader.of_command, caller.command_id, caller.tenant_id)
        return found and Receipt(id=found[0], version=found[1], position=found[2])

"""Uploads of people who must not be written to: read like any upload, then said ten thousand at a time.

Saying it again changes nothing: an upload whose reader dies half-way is simply read again.
"""

import asyncio
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from campaigns.application.audience.ports import Import, Suppressing
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.suppression import EVERYWHERE, Suppression
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import UserId
from campaigns.infrastructure.audience.importing.child import Done
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions

_AT_ONCE = 10_000
_BESIDE = ("channel", "reason")


class SuppressingFiles:
    def __init__(self, suppressions: PostgresSuppressions, clock: Clock) -> None:
        self._suppressions = suppressions
        self._clock = clock

    async def suppress(self, upload: Import, asked: Suppressing, path: Path, done: Done) -> Done:
        """Everybody in the file; refused where the file says more than it is asked."""
        more = [column for column in _BESIDE if column in done.columns]
        if more:
            error = f"one channel and one reason hold for the whole file: leave the column {more[0]} out"
            return msgspec.structs.replace(done, imported=0, error=error)
        with pq.ParquetFile(path) as file:
            batches = file.iter_batches(_AT_ONCE, columns=["user_id"])
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                said = self._said(upload, asked, batch.column("user_id").to_pylist())
                await self._suppressions.add(upload.tenant_id, said)
        return done

    def _said(self, upload: Import, asked: Suppressing, user_ids: list[UserId]) -> list[Suppression]:
        now = self._clock.now()
        return [
            Suppression(
                user_id=user_id,
                channel=EVERYWHERE if asked.channel == EVERYWHERE else ChannelType(asked.channel),
                reason=asked.reason,
                source="import",
                created_by=upload.created_by,
                created_at=now,
            )
            for user_id in user_ids
        ]

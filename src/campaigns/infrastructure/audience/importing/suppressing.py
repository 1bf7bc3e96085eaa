"""Uploads of people who must not be written to: read like any upload, then said ten thousand at a time.

Saying it again changes nothing: an upload whose reader dies half-way is simply read again.
"""

import asyncio
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from campaigns.application.audience.ports import Import, Suppressing
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.suppression import CHANNEL_WORDS, EVERYWHERE, REASON_WORDS, Suppression
from campaigns.domain.shared.channels import ChannelType
from campaigns.infrastructure.audience.importing.child import ClosedColumn, Done
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions

_AT_ONCE = 10_000
KEY = ("user_id", "channel")


def closed_columns(asked: Suppressing) -> dict[str, ClosedColumn]:
    """Where a file itself says where and why, its rows win over what was said beside it."""
    return {
        "channel": ClosedColumn(words=CHANNEL_WORDS, otherwise=asked.channel),
        "reason": ClosedColumn(words=REASON_WORDS, otherwise=asked.reason),
    }


class SuppressingFiles:
    def __init__(self, suppressions: PostgresSuppressions, clock: Clock) -> None:
        self._suppressions = suppressions
        self._clock = clock

    async def suppress(self, upload: Import, asked: Suppressing, path: Path, done: Done) -> Done:
        """Everybody in the file."""
        said = {"channel": asked.channel, "reason": asked.reason}
        columns = ["user_id", *(name for name in said if name in done.columns)]
        with pq.ParquetFile(path) as file:
            batches = file.iter_batches(_AT_ONCE, columns=columns)
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                rows = [self._said(upload, {**said, **row}) for row in batch.to_pylist()]
                await self._suppressions.add(upload.tenant_id, rows)
        return done

    def _said(self, upload: Import, row: dict[str, Any]) -> Suppression:
        return Suppression(
            user_id=row["user_id"],
            channel=EVERYWHERE if row["channel"] == EVERYWHERE else ChannelType(row["channel"]),
            reason=row["reason"],
            source="import",
            created_by=upload.created_by,
            created_at=self._clock.now(),
        )

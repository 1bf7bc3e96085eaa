"""Writes what was told of people into their dataset: many at once, and never for more than a tenth of the time."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from uuid import uuid4

import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Pulse
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.arriving.changes import Pending, PostgresProfileChanges
from campaigns.infrastructure.audience.arriving.merging import merge
from campaigns.infrastructure.audience.datasets import PEOPLE, Dataset, Datasets
from campaigns.infrastructure.durable import synced

log = structlog.get_logger(__name__)
_POLL = 1.0  # seconds
_AT_ONCE = 100_000  # people
_REST = 9  # times as long as the last merge took


class ProfileDesk:
    """A Runnable; killed at any moment, the same changes are written again."""

    def __init__(self, changes: PostgresProfileChanges, datasets: Datasets, pulse: Pulse, *, merges: bool) -> None:
        """Without `merges` people are kept elsewhere: what is told of them stays beside."""
        self._merges = merges
        self._pulse = pulse
        self._changes = changes
        self._datasets = datasets
        self._not_before: dict[TenantId, float] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.step()
            except DependencyDownError as down:
                log.warning("profiles wait", dependency=down.name)
            except Exception:  # the scheduler's other work goes on
                log.exception("profiles_failed")
            await self._pulse.rest(_POLL, stopping)

    async def step(self) -> int:
        """How many people were written."""
        written = 0
        for tenant_id in await self._changes.tenants() if self._merges else ():
            if monotonic() >= self._not_before.get(tenant_id, 0.0):
                written += await self._of_tenant(tenant_id)
        return written

    async def _of_tenant(self, tenant_id: TenantId) -> int:
        began = monotonic()
        pending = await self._changes.pending(tenant_id, _AT_ONCE)
        if pending:
            await asyncio.to_thread(self._write, tenant_id, pending)
            await self._changes.settled(tenant_id, pending)
        self._not_before[tenant_id] = monotonic() + _REST * (monotonic() - began)
        return len(pending)

    def _write(self, tenant_id: TenantId, pending: Sequence[Pending]) -> None:
        changes = {one.user_id: one.attributes for one in pending}
        with self._datasets.locked(tenant_id, PEOPLE):
            current = self._datasets.current(tenant_id)
            source = self._datasets.path(tenant_id, PEOPLE, current) if current else None
            unfinished = self._datasets.folder(tenant_id, PEOPLE) / f"{uuid4()}.part"
            try:
                rows, columns = merge(source, unfinished, current.columns if current else {}, changes)
                finished = _finished(unfinished)
            finally:
                unfinished.unlink(missing_ok=True)
            self._datasets.switch(tenant_id, PEOPLE, Dataset(file=finished.name, rows=rows, columns=columns))


def _finished(unfinished: Path) -> Path:
    synced(unfinished)
    return unfinished.rename(unfinished.with_suffix(".parquet"))

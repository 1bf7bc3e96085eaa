"""The scheduler's care for the ledger: partitions ahead of time, archives after it."""

import asyncio

import structlog

from campaigns.application.delivery.commands.archive_ledger import ArchiveLedger
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.ports import Ids
from campaigns.domain.shared.ids import TenantId

_EVERY = 3600.0

log = structlog.get_logger(__name__)


class LedgerUpkeep:
    """Once at the start and then every hour; what fails is tried again in the next."""

    def __init__(self, bus: Bus, ids: Ids) -> None:
        self._bus = bus
        self._ids = ids

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self._bus(ArchiveLedger(caller=self._caller()))
            except Exception:  # the scheduler's other work goes on
                log.exception("the ledger was not looked after")
            try:
                await asyncio.wait_for(stopping.wait(), _EVERY)
            except TimeoutError:
                continue

    def _caller(self) -> Caller:
        command_id = self._ids.new()
        return Caller(
            tenant_id=TenantId("default"),
            principal="system:scheduler",
            scopes=frozenset({Scope.OPERATE}),
            command_id=command_id,
            correlation_id=str(command_id),
        )

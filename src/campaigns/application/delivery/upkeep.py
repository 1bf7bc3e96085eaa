"""The scheduler's care for the ledger: partitions ahead of time, archives after it."""

import asyncio

from campaigns.application.delivery.commands.archive_ledger import ArchiveLedger
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.ports import Ids
from campaigns.application.shared.upkeep import every_hour
from campaigns.domain.shared.ids import TenantId


class LedgerUpkeep:
    """A Runnable."""

    def __init__(self, bus: Bus, ids: Ids) -> None:
        self._bus = bus
        self._ids = ids

    async def run(self, stopping: asyncio.Event) -> None:
        await every_hour(self.look_after, stopping, failed="the ledger was not looked after")

    async def look_after(self) -> None:
        await self._bus(ArchiveLedger(caller=self._caller()))

    def _caller(self) -> Caller:
        command_id = self._ids.new()
        return Caller(
            tenant_id=TenantId("default"),
            principal="system:scheduler",
            scopes=frozenset({Scope.OPERATE}),
            command_id=command_id,
            correlation_id=str(command_id),
        )

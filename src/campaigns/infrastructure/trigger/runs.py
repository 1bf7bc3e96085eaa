"""Between triggers and delivery: runs, and the people gathered for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from campaigns.application.delivery.commands.create_execution import CreateExecution
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.ports import Ids
from campaigns.application.trigger.ports import DueCampaign
from campaigns.domain.delivery.kinds import ExecutionKind
from campaigns.domain.shared.ids import ExecutionId, TenantId
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.trigger.orders import system_caller

_PEOPLE: LiteralString = """
select distinct user_id collate "C" from trigger_decisions where execution_id = %s and tenant_id = %s order by 1"""


class DeliveryRuns:
    """`TriggeredRuns`."""

    def __init__(self, bus: Bus, ids: Ids) -> None:
        self._bus = bus
        self._ids = ids

    async def begin(self, campaign: DueCampaign, execution_id: ExecutionId, at: datetime) -> None:
        command = CreateExecution(
            caller=system_caller(campaign.tenant_id, self._ids),
            execution_id=execution_id,
            campaign_id=campaign.campaign_id,
            kind=ExecutionKind.TRIGGERED,
            planned_for=at,
        )
        await self._bus(command)


class PostgresGatheredPeople:
    """`GatheredPeople`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, execution_id: ExecutionId, tenant_id: TenantId) -> Sequence[str]:
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(_PEOPLE, (execution_id, tenant_id))).fetchall()
        return [row[0] for row in rows]

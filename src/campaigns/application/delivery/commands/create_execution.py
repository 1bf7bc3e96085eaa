"""A campaign begins a run: remember it, so that a scheduler plans it."""

from datetime import datetime

from campaigns.application.delivery.running import Executions
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.errors import ExecutionNotFoundError
from campaigns.domain.delivery.execution import create_execution
from campaigns.domain.delivery.kinds import ExecutionKind
from campaigns.domain.shared.ids import CampaignId, ExecutionId


class CreateExecution(Command, frozen=True, kw_only=True):
    """The id comes from the campaign's event, so that hearing of it twice creates one execution."""

    execution_id: ExecutionId
    campaign_id: CampaignId
    kind: ExecutionKind
    planned_for: datetime


class CreateExecutionHandler:
    def __init__(self, executions: Executions, clock: Clock) -> None:
        self._executions = executions
        self._clock = clock

    async def __call__(self, command: CreateExecution) -> Receipt:
        try:
            known = await self._executions.get(command.execution_id, command.caller)
        except ExecutionNotFoundError:
            return await self._create(command)
        return await self._executions.record(known, (), command.caller)

    async def _create(self, command: CreateExecution) -> Receipt:
        created = create_execution(
            command.execution_id,
            tenant_id=command.caller.tenant_id,
            campaign_id=command.campaign_id,
            kind=command.kind,
            planned_for=command.planned_for,
            at=self._clock.now(),
            by=command.caller.principal,
        )
        return await self._executions.record(None, (created,), command.caller)

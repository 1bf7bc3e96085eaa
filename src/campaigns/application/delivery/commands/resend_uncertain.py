"""An operator takes the risk of a double: send again what may or may not have been delivered, and only that."""

from campaigns.application.delivery.running import Executions, Plans
from campaigns.application.shared.messages import Command
from campaigns.domain.shared.ids import CampaignId, ExecutionId


class ResendUncertain(Command, frozen=True, kw_only=True):
    campaign_id: CampaignId
    execution_id: ExecutionId


class ResendUncertainHandler:
    def __init__(self, executions: Executions, plans: Plans) -> None:
        self._executions = executions
        self._plans = plans

    async def __call__(self, command: ResendUncertain) -> int:
        """The number of messages that will be sent again."""
        execution = await self._executions.get(command.execution_id, command.caller)
        execution.check_campaign(command.campaign_id)
        counted = await self._executions.accounting(execution.id, command.caller.tenant_id)
        execution.check_resend(counted.uncertain)
        return await self._plans.request_resend(execution)

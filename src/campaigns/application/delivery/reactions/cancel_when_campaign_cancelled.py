"""A campaign is cancelled: so is what it has not sent yet."""

from collections.abc import Sequence

from campaigns.application.campaign.published import CampaignCancelledNews
from campaigns.application.delivery.commands.cancel_execution import CancelExecution
from campaigns.application.delivery.running import Executions
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command
from campaigns.domain.shared.ids import CampaignId


class CancelWhenCampaignCancelled:
    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    async def __call__(self, news: CampaignCancelledNews, caller: Caller) -> Sequence[Command]:
        ids = await self._executions.open_of(CampaignId(news.campaign_id), caller.tenant_id)
        return [CancelExecution(caller=caller, execution_id=execution_id, reason=news.reason) for execution_id in ids]

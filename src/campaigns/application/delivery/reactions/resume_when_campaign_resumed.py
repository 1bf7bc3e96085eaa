"""A campaign goes on: so do its open executions."""

from collections.abc import Sequence

from campaigns.application.campaign.published import CampaignResumedNews
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.application.delivery.running import Executions
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command
from campaigns.domain.shared.ids import CampaignId


class ResumeWhenCampaignResumed:
    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    async def __call__(self, news: CampaignResumedNews, caller: Caller) -> Sequence[Command]:
        ids = await self._executions.open_of(CampaignId(news.campaign_id), caller.tenant_id)
        return [ResumeExecution(caller=caller, execution_id=execution_id) for execution_id in ids]

"""A campaign begins a run: create its execution."""

from collections.abc import Sequence

from campaigns.application.campaign.published import CampaignStartedNews
from campaigns.application.delivery.commands.create_execution import CreateExecution
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command
from campaigns.domain.delivery.kinds import ExecutionKind
from campaigns.domain.shared.ids import CampaignId, ExecutionId


class CreateWhenCampaignStarted:
    async def __call__(self, news: CampaignStartedNews, caller: Caller) -> Sequence[Command]:
        command = CreateExecution(
            caller=caller,
            execution_id=ExecutionId(news.execution_id),
            campaign_id=CampaignId(news.campaign_id),
            kind=ExecutionKind(news.kind),
            planned_for=news.planned_for,
        )
        return (command,)

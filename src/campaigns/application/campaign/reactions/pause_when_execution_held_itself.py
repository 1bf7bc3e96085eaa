"""When delivery holds a run by itself (its budget is used up, a guardrail is broken), its campaign is held as well."""

from collections.abc import Sequence

from campaigns.application.campaign.commands.pause_campaign import PauseCampaign
from campaigns.application.delivery.published import ExecutionPausedNews
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command

BUDGET_EXHAUSTED = "budget_exhausted"


class PauseWhenExecutionHeldItself:
    async def __call__(self, news: ExecutionPausedNews, caller: Caller) -> Sequence[Command]:
        if news.guardrail is None and news.reason != BUDGET_EXHAUSTED:
            return ()  # held together with its campaign
        command = PauseCampaign(
            caller=caller, campaign_id=news.campaign_id, reason=news.reason, guardrail=news.guardrail
        )
        return (command,)

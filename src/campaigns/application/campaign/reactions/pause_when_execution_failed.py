"""When a run cannot go on, the campaign is held with the reason until somebody has looked at it."""

from collections.abc import Sequence

from campaigns.application.campaign.commands.pause_campaign import PauseCampaign
from campaigns.application.delivery.published import ExecutionFailedNews
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command
from campaigns.domain.campaign.written import LONGEST_REASON


class PauseWhenExecutionFailed:
    async def __call__(self, news: ExecutionFailedNews, caller: Caller) -> Sequence[Command]:
        reason = f"{news.code}: {news.reason}"[:LONGEST_REASON]
        return (PauseCampaign(caller=caller, campaign_id=news.campaign_id, reason=reason),)

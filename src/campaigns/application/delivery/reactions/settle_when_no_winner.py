"""A test ended without a winner: its fallback says what the rest gets, unless a person is to say it."""

from collections.abc import Sequence

from campaigns.application.campaign.published import CampaignNoWinnerNews
from campaigns.application.delivery.commands.settle_test import SettleTest
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command
from campaigns.domain.shared.ids import ExecutionId


class SettleWhenNoWinner:
    async def __call__(self, news: CampaignNoWinnerNews, caller: Caller) -> Sequence[Command]:
        if news.fallback == "wait" or news.execution_id == news.campaign_id:
            return ()  # a person decides, or nobody waits: later runs of a triggered campaign have other shares
        execution_id = ExecutionId(news.execution_id)
        return (SettleTest(caller=caller, execution_id=execution_id, variant_id=news.variant_id),)

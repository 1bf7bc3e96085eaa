"""A campaign has a winner: whoever waited for it gets it."""

from collections.abc import Sequence

from campaigns.application.campaign.published import CampaignWinnerDeclaredNews
from campaigns.application.delivery.commands.settle_test import SettleTest
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command
from campaigns.domain.shared.ids import ExecutionId


class SettleWhenWinnerDeclared:
    async def __call__(self, news: CampaignWinnerDeclaredNews, caller: Caller) -> Sequence[Command]:
        if news.execution_id == news.campaign_id:
            return ()  # of a triggered campaign: nobody waits, later runs have other shares
        execution_id = ExecutionId(news.execution_id)
        return (SettleTest(caller=caller, execution_id=execution_id, variant_id=news.variant_id),)

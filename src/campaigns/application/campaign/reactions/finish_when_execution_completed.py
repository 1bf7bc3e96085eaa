"""When delivery has an outcome for everybody of a run, the campaign learns of it."""

from collections.abc import Sequence

from campaigns.application.campaign.commands.finish_run import FinishRun
from campaigns.application.delivery.published import ExecutionCompletedNews
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command
from campaigns.domain.campaign.values import Totals


class FinishWhenExecutionCompleted:
    async def __call__(self, news: ExecutionCompletedNews, caller: Caller) -> Sequence[Command]:
        totals = Totals(
            audience=news.audience,
            sent=news.sent,
            failed=news.failed,
            skipped=news.skipped + news.holdout + news.control,
            uncertain=news.uncertain,
            cancelled=news.cancelled,
        )
        return (FinishRun(caller=caller, campaign_id=news.campaign_id, execution_id=news.execution_id, totals=totals),)

"""When a campaign that waits for triggers goes live, so does the test among its variants."""

from collections.abc import Sequence

from campaigns.application.campaign.commands.begin_experiment import BeginExperiment
from campaigns.application.campaign.published import CampaignActivatedNews
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command


class BeginExperimentWhenActivated:
    async def __call__(self, news: CampaignActivatedNews, caller: Caller) -> Sequence[Command]:
        return (BeginExperiment(caller=caller, campaign_id=news.campaign_id),)

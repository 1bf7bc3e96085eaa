"""Write a campaign's definition anew; what is not said goes back to its default."""

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.draft import DefinitionDraft


class ReplaceCampaign(CampaignCommand, frozen=True, kw_only=True):
    draft: DefinitionDraft


class ReplaceCampaignHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: ReplaceCampaign) -> Receipt:
        return await self._revising(command, lambda present, new_id: command.draft.definition(new_id, present))

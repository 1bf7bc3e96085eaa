"""Say anew whom a campaign is for."""

from msgspec.structs import replace

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.values import AudienceDefinition


class SetAudience(CampaignCommand, frozen=True, kw_only=True):
    audience: AudienceDefinition


class SetAudienceHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: SetAudience) -> Receipt:
        return await self._revising(command, lambda present, _: replace(present, audience=command.audience))

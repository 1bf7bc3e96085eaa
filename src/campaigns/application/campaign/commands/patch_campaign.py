"""Change some fields of a campaign (RFC 7396): null takes a field back to its default, objects merge, lists replace."""

from typing import Any

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.merge_patch import patched


class PatchCampaign(CampaignCommand, frozen=True, kw_only=True):
    patch: dict[str, Any]


class PatchCampaignHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: PatchCampaign) -> Receipt:
        return await self._revising(command, lambda present, new_id: patched(present, command.patch, new_id))

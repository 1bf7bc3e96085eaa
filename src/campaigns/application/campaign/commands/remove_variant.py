"""Take a variant out of a campaign."""

from uuid import UUID

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.parts import without_variant


class RemoveVariant(CampaignCommand, frozen=True, kw_only=True):
    variant_id: UUID


class RemoveVariantHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: RemoveVariant) -> Receipt:
        return await self._revising(command, lambda present, _: without_variant(present, command.variant_id))

"""Write one variant of a campaign anew."""

from uuid import UUID

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.draft import VariantDraft
from campaigns.domain.campaign.parts import with_variant_replaced


class ReplaceVariant(CampaignCommand, frozen=True, kw_only=True):
    variant_id: UUID
    variant: VariantDraft


class ReplaceVariantHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: ReplaceVariant) -> Receipt:
        return await self._revising(
            command, lambda present, _: with_variant_replaced(present, command.variant_id, command.variant)
        )

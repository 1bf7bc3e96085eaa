"""Add a variant to a campaign."""

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.draft import VariantDraft
from campaigns.domain.campaign.parts import with_variant


class AddVariant(CampaignCommand, frozen=True, kw_only=True):
    variant: VariantDraft


class AddVariantHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: AddVariant) -> Receipt:
        return await self._revising(command, lambda present, new_id: with_variant(present, command.variant, new_id))

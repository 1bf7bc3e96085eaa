"""Sizes, limits and what was achieved."""

from typing import Any, Protocol
from uuid import UUID

from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.values import AudienceDefinition


class AudienceSizes(Protocol):
    """How many people an audience comes to now."""

    async def size(self, caller: Caller, campaign_id: UUID, audience: AudienceDefinition) -> int:
        """People after exclusions, before suppression and holdout. InvalidError (unknown segment),
        DependencyDownError.
        """


class Limits(Protocol):
    """What this tenant's campaigns may use."""

    async def of(self, caller: Caller) -> CampaignLimits: ...


class CampaignFigures(Protocol):
    """What campaigns achieved so far."""

    async def totals(self, campaign_id: UUID, caller: Caller) -> dict[str, Any]:
        """Measures by name (sent, delivered, opened …), as JSON values, at most a second behind."""

    async def sent(self, campaign_id: UUID, caller: Caller) -> int:
        """Messages handed over so far."""

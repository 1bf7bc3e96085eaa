"""What a campaign asks of the audience."""

from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.audience.definition import AudienceDefinition
from campaigns.domain.audience.eligibility import Share
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.domain.shared.sending_limits import FrequencyCap

VariantShare = Share
"""One variant in the campaign's order; without channels of its own it uses the campaign's."""


class AudienceOrder(Struct, frozen=True, kw_only=True):
    """Everything that decides who is sent what by which way. Channels are the enabled ones, by priority.

    With a `test_sample` (percent) the last variant is that of the people beyond it, controls excepted. `with_zones`:
    people's time zones are told, too. `gathered`: triggers choose the people, so that an audience that names nobody is
    everybody's, and who shares an address does not matter.
    """

    tenant_id: TenantId
    campaign_id: CampaignId
    definition: AudienceDefinition
    channels: tuple[ChannelType, ...]
    now: datetime
    variants: tuple[VariantShare, ...] = ()
    holdout_percentage: Decimal = Decimal(0)
    frequency_caps: tuple[FrequencyCap, ...] = ()
    test_sample: Decimal | None = None
    with_zones: bool = False
    gathered: bool = False


class Orders(Protocol):
    """What campaigns ask of the audience."""

    async def of(self, campaign_id: UUID, caller: Caller) -> AudienceOrder:
        """The campaign's present order. NotFoundError; InvalidAudienceError for filters that cannot be read."""

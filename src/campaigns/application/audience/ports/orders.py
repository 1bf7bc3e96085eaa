"""What a campaign asks of the audience."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.audience.definition import AudienceDefinition
from campaigns.domain.audience.eligibility import Share
from campaigns.domain.audience.stratifying import Stratum
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.domain.shared.sending_limits import FrequencyCap

VariantShare = Share
"""One variant in the campaign's order; without channels of its own it uses the campaign's."""


class AudienceOrder(Struct, frozen=True, kw_only=True):
    """Everything that decides who is sent what by which way. Channels are the enabled ones, by priority.

    With a `test_sample` (percent) the last variant is that of the people beyond it, controls excepted. `with_zones`:
    people's time zones are told, too. `gathered`: triggers choose the people, so that an audience that names nobody is
    everybody's, and who shares an address does not matter. `holdout_strata` are what the holdout is drawn by, `drawn`
    the bound of each stratum since the first run; None: not drawn yet.
    """

    tenant_id: TenantId
    campaign_id: CampaignId
    definition: AudienceDefinition
    channels: tuple[ChannelType, ...]
    now: datetime
    variants: tuple[VariantShare, ...] = ()
    holdout_percentage: Decimal = Decimal(0)
    holdout_strata: tuple[str, ...] = ()
    drawn: Mapping[Stratum, int] | None = None
    frequency_caps: tuple[FrequencyCap, ...] = ()
    test_sample: Decimal | None = None
    with_zones: bool = False
    gathered: bool = False


class RecordedDraws(Protocol):
    """How the holdouts of campaigns were drawn."""

    async def of(self, tenant_id: TenantId, campaign_id: CampaignId) -> Mapping[Stratum, int] | None:
        """The bound of each stratum in the campaign's first run, for ever; None before that run."""


class Orders(Protocol):
    """What campaigns ask of the audience."""

    async def of(self, campaign_id: UUID, caller: Caller) -> AudienceOrder:
        """The campaign's present order. NotFoundError; InvalidAudienceError for filters that cannot be read."""

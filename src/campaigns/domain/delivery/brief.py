"""What delivery needs to know of a campaign, in delivery's own words; frozen for the whole execution."""

from datetime import datetime

from msgspec import Struct

from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.ids import CampaignId, TenantId, VariantId
from campaigns.domain.shared.money import Money
from campaigns.domain.shared.sending_limits import SendWindow, Throttle


class BriefVariant(Struct, frozen=True, kw_only=True):
    """One variant, in the campaign's order; a control is never sent to. No channels: the campaign's are used."""

    variant_id: VariantId
    name: str
    allocation: float
    is_control: bool = False
    channels: tuple[Channel, ...] = ()


class Brief(Struct, frozen=True, kw_only=True):
    """The frozen order behind an execution. `starts_at` is the instant before which nothing is released (UTC)."""

    tenant_id: TenantId
    campaign_id: CampaignId
    campaign_name: str
    starts_at: datetime
    zone: str = "UTC"
    windows: tuple[SendWindow, ...] = ()
    exclude_weekends: bool = False
    throttle: Throttle | None = None
    holdout_percentage: float = 0
    channels: tuple[Channel, ...] = ()
    variants: tuple[BriefVariant, ...] = ()
    budget: Money | None = None

    def hours(self) -> OpeningHours:
        return OpeningHours(windows=self.windows, zone=self.zone, exclude_weekends=self.exclude_weekends)

    def channels_of(self, variant: int) -> tuple[Channel, ...]:
        """Enabled channels by ascending priority for a variant index (-1: the campaign's own)."""
        own = self.variants[variant].channels if 0 <= variant < len(self.variants) else ()
        return tuple(sorted((c for c in own or self.channels if c.enabled), key=lambda channel: channel.priority))

    def channel_of(self, variant: int, channel_type: ChannelType) -> Channel | None:
        """The variant's channel of that type, with its content; None when the variant does not use it."""
        return next((c for c in self.channels_of(variant) if c.channel_type is channel_type), None)

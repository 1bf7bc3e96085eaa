"""What a campaign is to do, as its authors wrote it."""

from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from campaigns.domain.campaign.values import (
    AudienceDefinition,
    CampaignType,
    Conversion,
    Experiment,
    Instant,
    Mode,
    Schedule,
    TriggerDefinition,
    Variant,
)
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.guardrails import Guardrails
from campaigns.domain.shared.money import Money
from campaigns.domain.shared.sending_limits import FrequencyCap, Throttle
from campaigns.domain.shared.wall_clocks import first_anywhere


class DefinitionFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything whose written form is also its domain form. A name alone makes an always-on promotion."""

    name: str
    description: str | None = None
    type: CampaignType = CampaignType.PROMOTION
    mode: Mode = Mode.ALWAYS_ON
    start_date: Instant | None = None
    end_date: Instant | None = None
    throttle: Throttle | None = None
    frequency_cap: FrequencyCap | None = None
    audience: AudienceDefinition = AudienceDefinition()
    holdout_percentage: float = 0
    holdout_strata: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    experiment: Experiment | None = None
    budget: Money | None = None
    guardrails: Guardrails | None = None
    conversion: Conversion | None = None
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


class Definition(DefinitionFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schedule: Schedule | None = None
    variants: tuple[Variant, ...] = ()
    triggers: tuple[TriggerDefinition, ...] = ()

    def starts_at(self) -> Instant | None:
        """The planned start: the schedule's instant, else the start date."""
        return self.schedule.at if self.schedule and self.schedule.at else self.start_date

    def begins_at(self) -> Instant | None:
        """When a run planned for the start begins: at recipients' local time, where that time comes first."""
        start = self.starts_at()
        return self.first_instant(start) if start else None

    def first_instant(self, at: Instant) -> Instant:
        """`at`, or where people's own clocks count, when any clock first shows what the campaign's shows then."""
        return first_anywhere(at, ZoneInfo(self.zone())) if self.follows_local_time() else at

    def follows_local_time(self) -> bool:
        return self.schedule is not None and self.schedule.at_recipient_local_time

    def zone(self) -> str:
        return self.schedule.timezone if self.schedule else "UTC"

    def placed_channels(self) -> tuple[tuple[str, Channel], ...]:
        """Every channel of the campaign and of its variants, with its pointer."""
        own = tuple((f"/channels/{n}", channel) for n, channel in enumerate(self.channels))
        return own + tuple(
            (f"/variants/{v}/channels/{n}", channel)
            for v, variant in enumerate(self.variants)
            for n, channel in enumerate(variant.channels)
        )

    def channel_types(self) -> tuple[ChannelType, ...]:
        """The enabled channels, each once, in the order of their first mention."""
        return tuple(dict.fromkeys(channel.channel_type for _, channel in self.placed_channels() if channel.enabled))

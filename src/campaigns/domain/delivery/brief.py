"""What delivery needs to know of a campaign, in delivery's own words; frozen for the whole execution."""

from collections.abc import Iterator
from datetime import datetime
from typing import Self
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from campaigns.domain.delivery.local_hours import LocalHour
from campaigns.domain.delivery.sampling import BriefTest
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.guardrails import Guardrails
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId, VariantId
from campaigns.domain.shared.money import Money
from campaigns.domain.shared.sending_limits import FrequencyCap, SendWindow, Throttle


class BriefVariant(Struct, frozen=True, kw_only=True):
    """One variant, in the campaign's order; a control is never sent to. No channels: the campaign's are used."""

    variant_id: VariantId
    name: str
    allocation: float
    is_control: bool = False
    channels: tuple[Channel, ...] = ()


REST = "rest"
"""What the people beyond a test's sample are called until they get the winner."""


def rest_id(campaign_id: CampaignId) -> VariantId:
    """What they are of until then: known by its id, since any variant may have that name."""
    return VariantId(uuid5(campaign_id, REST))


class Brief(Struct, frozen=True, kw_only=True):
    """The frozen order behind an execution. `starts_at` is the instant before which nothing is released (UTC).

    On `unreported` channels the provider sends no delivery reports: what it accepts counts as delivered. An edit of
    the paused campaign makes the next `edition`, whose links are numbered from `first_link`. Where a `test` leaves a
    rest, the last variant is the rest's, allotted to nobody: it becomes the winner when that is known. `gathered_for`:
    the run's people are those whom triggers gathered for it; None: the campaign's audience. With a `local_hour`
    everybody is written to by their own clock, windows are in their zones, and `zone` is for who has none.
    `shares_version` of the drawn shares that the allocations are; 0: they are the campaign's own.
    """

    tenant_id: TenantId
    campaign_id: CampaignId
    campaign_name: str
    starts_at: datetime
    zone: str = "UTC"
    windows: tuple[SendWindow, ...] = ()
    exclude_weekends: bool = False
    throttle: Throttle | None = None
    frequency_caps: tuple[FrequencyCap, ...] = ()
    holdout_percentage: float = 0
    holdout_strata: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    variants: tuple[BriefVariant, ...] = ()
    budget: Money | None = None
    guardrails: Guardrails | None = None
    unreported: tuple[ChannelType, ...] = ()
    test: BriefTest | None = None
    edition: int = 1
    first_link: int = 0
    shares_version: int = 0
    gathered_for: ExecutionId | None = None
    local_hour: LocalHour | None = None

    def gathered(self, execution_id: ExecutionId) -> Self:
        """The order for those whom triggers gathered. They are few: there is no canary among them, and no sample."""
        guardrails = self.guardrails and replace(self.guardrails, canary=None)
        return replace(
            self, gathered_for=execution_id, guardrails=guardrails, variants=self.tested, test=None, local_hour=None
        )

    @property
    def rest(self) -> int | None:
        """The variant index of the people beyond the sample; None where there are none."""
        return len(self.variants) - 1 if self.test is not None and self.test.leaves_rest else None

    @property
    def winner(self) -> BriefVariant | None:
        """What the rest gets; None until it is known."""
        if self.rest is None or self.variants[-1].variant_id == rest_id(self.campaign_id):
            return None
        return self.variants[-1]

    @property
    def tested(self) -> tuple[BriefVariant, ...]:
        """The variants among which people are drawn."""
        return self.variants if self.rest is None else self.variants[: self.rest]

    def with_rest(self) -> Self:
        """With a variant for the people beyond the sample, on the channels that all variants of such a test share."""
        if self.test is None or not self.test.leaves_rest:
            return self
        sending = [variant for variant in self.variants if not variant.is_control]
        rest = BriefVariant(variant_id=rest_id(self.campaign_id), name=REST, allocation=0, channels=sending[0].channels)
        return replace(self, variants=(*self.variants, rest))

    def decided_for(self, variant_id: UUID) -> Self:
        """The next edition: the rest gets what this variant says."""
        winner = next(variant for variant in self.tested if variant.variant_id == variant_id)
        return replace(
            self,
            variants=(*self.tested, replace(winner, allocation=0)),
            edition=self.edition + 1,
            first_link=self.first_link + self._most_links(),
        )

    def followed_by(self, order: Self) -> Self:
        """The next edition: it says what `order` says, to the people that were planned under this one."""
        said = {variant.variant_id: variant.channels for variant in order.variants}
        return replace(
            order,
            starts_at=self.starts_at,
            holdout_percentage=self.holdout_percentage,
            holdout_strata=self.holdout_strata,
            variants=tuple(replace(v, channels=said.get(v.variant_id, v.channels)) for v in self.variants),
            unreported=self.unreported,
            test=self.test,
            local_hour=self.local_hour,
            shares_version=self.shares_version,
            gathered_for=self.gathered_for,
            edition=self.edition + 1,
            first_link=self.first_link + self._most_links(),
        )

    def _most_links(self) -> int:
        """At least as many as the content has: numbers that were sent out keep their meaning."""
        return sum(text.lower().count("http") for text in self._texts())

    def _texts(self) -> Iterator[str]:
        for channel in (*self.channels, *(channel for variant in self.variants for channel in variant.channels)):
            for content in (channel.content, *channel.locales.values()):
                yield from (content.body_html or "", content.body_text or "")

    def hours(self) -> OpeningHours:
        return self.hours_in(self.zone)

    def hours_in(self, zone: str) -> OpeningHours:
        return OpeningHours(windows=self.windows, zone=zone, exclude_weekends=self.exclude_weekends)

    def channels_of(self, variant: int) -> tuple[Channel, ...]:
        """Enabled channels by ascending priority for a variant index (-1: the campaign's own)."""
        own = self.variants[variant].channels if 0 <= variant < len(self.variants) else ()
        return tuple(sorted((c for c in own or self.channels if c.enabled), key=lambda channel: channel.priority))

    def channel_of(self, variant: int, channel_type: ChannelType) -> Channel | None:
        """The variant's channel of that type, with its content; None when the variant does not use it."""
        return next((c for c in self.channels_of(variant) if c.channel_type is channel_type), None)

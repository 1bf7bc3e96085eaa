"""Frequency caps as they travel."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from campaigns.domain.campaign.values import CampaignType
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.sending_limits import FrequencyCap
from campaigns.interfaces.rest.wire import Body, View


class CapBody(Body, frozen=True, kw_only=True):
    """At most so many messages to one person in so many days; null: of any channel, of any type of campaign."""

    messages: Annotated[int, Meta(ge=1, le=1_000)]
    days: Annotated[int, Meta(ge=1, le=30)]
    channel: ChannelType | None = None
    campaign_type: CampaignType | None = None


class FrequencyCapsBody(Body, frozen=True, kw_only=True):
    caps: Annotated[
        list[CapBody],
        Meta(max_length=50, examples=[[{"messages": 2, "days": 7, "channel": "email", "campaign_type": "promotion"}]]),
    ]

    def given(self) -> tuple[FrequencyCap, ...]:
        return tuple(
            FrequencyCap(**{name: getattr(cap, name) for name in CapBody.__struct_fields__}) for cap in self.caps
        )


class CapView(View, frozen=True, kw_only=True):
    messages: int
    days: int
    channel: str | None
    campaign_type: str | None


class FrequencyCapsView(View, frozen=True, kw_only=True):
    caps: list[CapView]


def caps_view(caps: Sequence[FrequencyCap]) -> FrequencyCapsView:
    return FrequencyCapsView(
        caps=[CapView(**{name: getattr(cap, name) for name in CapView.__struct_fields__}) for cap in caps]
    )

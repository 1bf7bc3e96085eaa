"""Whom a preview or a test message is made for, and with what content."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from campaigns.application.delivery.answered_events import EVENT
from campaigns.application.delivery.running import Profiles
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.ids import TenantId, UserId

_OWN = -1


class Sample(Struct, frozen=True, kw_only=True):
    """A known person, or attributes given on the spot (they win over the known ones); a variant; a channel.

    `event`: what the event said that is answered.
    """

    user_id: UserId | None = None
    profile: Mapping[str, Any] | None = None
    event: Mapping[str, Any] | None = None
    variant_id: UUID | None = None
    channel_type: ChannelType | None = None


async def person_of(sample: Sample, tenant_id: TenantId, profiles: Profiles) -> dict[str, Any]:
    """The attributes; somebody without a profile is a person without attributes."""
    said = {} if sample.event is None else {EVENT: sample.event}
    if sample.user_id is None:
        return {"user_id": "preview", **(sample.profile or {}), **said}
    known = (await profiles.of(tenant_id, [sample.user_id])).get(sample.user_id, {})
    return {"user_id": sample.user_id, **known, **(sample.profile or {}), **said}


def variant_of(sample: Sample, brief: Brief) -> int:
    """The index of the sample's variant; -1 for the campaign's own content."""
    if sample.variant_id is None:
        return _OWN
    for index, variant in enumerate(brief.variants):
        if variant.variant_id == sample.variant_id:
            return index
    raise InvalidError("No such variant", (Violation("/variant_id", "the campaign has no such variant"),))


def channel_of(sample: Sample, brief: Brief) -> Channel:
    """The channel asked for, else the first by priority."""
    channels = brief.channels_of(variant_of(sample, brief))
    for channel in channels:
        if sample.channel_type in (None, channel.channel_type):
            return channel
    rule = "the campaign has no such enabled channel" if channels else "the campaign has no enabled channel"
    raise InvalidError("No such channel", (Violation("/channel_type", rule),))

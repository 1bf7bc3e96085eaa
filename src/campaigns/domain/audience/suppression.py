"""Suppression: a person who must not be written to, on one channel or on all."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import UserId
from campaigns.domain.shared.skip_reasons import SkipReason

EVERYWHERE: Literal["*"] = "*"
"""The channel of a suppression that holds for all of them."""

SuppressionReason = Literal["unsubscribed", "bounced", "complained", "deleted", "manual"]

SKIP_REASONS: dict[SuppressionReason, SkipReason] = {
    "unsubscribed": SkipReason.SUPPRESSED_UNSUBSCRIBED,
    "bounced": SkipReason.SUPPRESSED_BOUNCED,
    "complained": SkipReason.SUPPRESSED_COMPLAINED,
    "deleted": SkipReason.DELETED,
    "manual": SkipReason.SUPPRESSED_MANUALLY,
}
CHANNEL_WORDS = (str(EVERYWHERE), *(str(channel) for channel in ChannelType))
REASON_WORDS = tuple(str(reason) for reason in SKIP_REASONS)
"""What may be said of where and why."""

REASONS: dict[SkipReason, SuppressionReason] = {number: reason for reason, number in SKIP_REASONS.items()}


class Suppression(Struct, frozen=True, kw_only=True):
    """One entry; there is at most one for a person and channel, the last one said."""

    user_id: UserId
    reason: SuppressionReason
    channel: ChannelType | Literal["*"] = EVERYWHERE
    source: str = "api"
    created_by: str
    created_at: datetime

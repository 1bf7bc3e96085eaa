"""Puts people on the audience's list of those who are not to be written to."""

from datetime import datetime

from campaigns.application.analytics.ports import MessageOwner, SuppressionReason
from campaigns.application.audience.ports import Suppressions
from campaigns.domain.audience.suppression import EVERYWHERE, Suppression
from campaigns.domain.audience.suppression import SuppressionReason as ListedReason
from campaigns.domain.shared.ids import UserId

_LISTED: dict[SuppressionReason, ListedReason] = {
    SuppressionReason.UNSUBSCRIBED: "unsubscribed",
    SuppressionReason.HARD_BOUNCED: "bounced",
    SuppressionReason.COMPLAINED: "complained",
}


class SuppressingOnTheList:
    """`Suppressing` through the audience's own list."""

    def __init__(self, suppressions: Suppressions) -> None:
        self._suppressions = suppressions

    async def suppress(self, owner: MessageOwner, reason: SuppressionReason, at: datetime) -> None:
        await self._suppressions.add(owner.tenant_id, [entry(owner, reason, at)])


def entry(owner: MessageOwner, reason: SuppressionReason, at: datetime) -> Suppression:
    """As the list has it."""
    return Suppression(
        user_id=UserId(owner.user_id),
        reason=_LISTED[reason],
        channel=owner.channel or EVERYWHERE,
        source="one_click" if reason is SuppressionReason.UNSUBSCRIBED else "feedback",
        created_by="recipient" if reason is SuppressionReason.UNSUBSCRIBED else "provider",
        created_at=at,
    )

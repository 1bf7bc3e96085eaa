"""Who is not written to."""

from typing import Literal

from campaigns.application.audience.ports import SuppressionPage, Suppressions
from campaigns.application.shared.messages import Query
from campaigns.domain.audience.suppression import SuppressionReason
from campaigns.domain.shared.channels import ChannelType


class ListSuppressions(Query, frozen=True, kw_only=True):
    user_id: str | None = None
    channel: ChannelType | Literal["*"] | None = None
    reason: SuppressionReason | None = None
    limit: int = 50
    cursor: str | None = None


class ListSuppressionsHandler:
    def __init__(self, suppressions: Suppressions) -> None:
        self._suppressions = suppressions

    async def __call__(self, query: ListSuppressions) -> SuppressionPage:
        return await self._suppressions.page(
            query.caller.tenant_id,
            user_id=query.user_id,
            channel=query.channel,
            reason=query.reason,
            limit=query.limit,
            cursor=query.cursor,
        )

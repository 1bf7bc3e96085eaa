"""What is known of people, from the audience context."""

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.application.audience.ports import ProfileSource
from campaigns.domain.shared.ids import TenantId, UserId


class FetchedProfiles:
    """`Profiles` over the audience's datasets."""

    def __init__(self, source: ProfileSource) -> None:
        self._source = source

    async def of(self, tenant_id: TenantId, user_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        ids = [UserId(user_id) for user_id in user_ids]
        rows = await self._source.fetch(tenant_id, ids)
        return dict(zip(user_ids, rows, strict=True))

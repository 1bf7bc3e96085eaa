"""Profiles as the datasets have them, with what was told of people since."""

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.application.audience.ports import ProfileSource
from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.infrastructure.audience.arriving.changes import PostgresProfileChanges


class FreshProfiles:
    """A `ProfileSource` before another one."""

    def __init__(self, stored: ProfileSource, changes: PostgresProfileChanges) -> None:
        self._stored = stored
        self._changes = changes

    async def fetch(
        self, tenant_id: TenantId, user_ids: Sequence[UserId], columns: Sequence[str] | None = None
    ) -> Sequence[Mapping[str, Any]]:
        changed = await self._changes.of(tenant_id, user_ids)
        profiles = await self._stored.fetch(tenant_id, user_ids, columns)
        return [_with(profile, changed.get(profile["user_id"], {}), columns) for profile in profiles]


def _with(profile: Mapping[str, Any], told: Mapping[str, Any], columns: Sequence[str] | None) -> Mapping[str, Any]:
    if not told:
        return profile
    asked = {name: value for name, value in told.items() if columns is None or name in columns}
    return {name: value for name, value in {**profile, **asked}.items() if value is not None}

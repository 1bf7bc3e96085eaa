"""Profiles for workers, asked of a warehouse batch by batch."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.infrastructure.audience.datasets import PEOPLE
from campaigns.infrastructure.audience.warehouses.ports import Warehouse
from campaigns.infrastructure.audience.warehouses.rows import rows_of


class WarehouseProfiles:
    """The ProfileSource of people who are kept elsewhere."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def fetch(
        self, tenant_id: TenantId, user_ids: Sequence[UserId], columns: Sequence[str] | None = None
    ) -> Sequence[Mapping[str, Any]]:
        return await asyncio.to_thread(self._fetched, tenant_id, user_ids, columns)

    def _fetched(
        self, tenant_id: TenantId, user_ids: Sequence[UserId], columns: Sequence[str] | None
    ) -> list[dict[str, Any]]:
        people = self._warehouse.table(tenant_id, PEOPLE)
        rows = rows_of(self._warehouse, people, user_ids, columns) if people else ()
        found = {row["user_id"]: row for row in rows}
        return [_known(user_id, found.get(user_id, {})) for user_id in user_ids]


def _known(user_id: UserId, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None} | {"user_id": user_id}

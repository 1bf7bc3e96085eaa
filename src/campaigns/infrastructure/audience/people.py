"""One person, for questions about one person."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from campaigns.application.audience.ports import AudienceOrder, PersonFacts, RecentContacts, Suppressions
from campaigns.domain.audience.definition import FilterStep
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.audience.predicate import matches
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.infrastructure.audience.datasets import PEOPLE
from campaigns.infrastructure.audience.profiles import row_of
from campaigns.infrastructure.audience.shared_addresses import SharedAddresses, shared_attributes
from campaigns.infrastructure.audience.warehouses.ports import Table, Warehouse
from campaigns.infrastructure.audience.warehouses.rows import rows_of


class StoredPeople:
    def __init__(
        self, warehouse: Warehouse, shared: SharedAddresses, suppressions: Suppressions, contacts: RecentContacts
    ) -> None:
        self._warehouse = warehouse
        self._shared = shared
        self._suppressions = suppressions
        self._contacts = contacts

    async def facts(self, order: AudienceOrder, user_id: UserId) -> PersonFacts:
        row = await asyncio.to_thread(self._profile, order.tenant_id, user_id)
        attributes = {name: value for name, value in (row or {}).items() if value is not None} | {"user_id": user_id}
        everywhere, by_channel = await self._suppressions.standing(order.tenant_id, user_id)
        return PersonFacts(
            attributes=attributes,
            has_profile=row is not None,
            filtered_by=await asyncio.to_thread(self._filtered_by, order, user_id, attributes),
            everywhere=everywhere,
            by_channel=by_channel,
            capped=await self._capped(order, user_id),
            lists=await asyncio.to_thread(self._on_lists, order, user_id),
            sharing=await asyncio.to_thread(self._sharing, order, user_id) if row else {},
        )

    async def _capped(self, order: AudienceOrder, user_id: UserId) -> int:
        if not order.frequency_caps:
            return 0
        contacts = await self._contacts.within(order.tenant_id, order.frequency_caps, order.now)
        return int((await contacts.capped(pa.array([user_id], pa.string())))[0].as_py())

    def _sharing(self, order: AudienceOrder, user_id: UserId) -> Mapping[str, Sequence[UserId]]:
        people = self._warehouse.table(order.tenant_id, PEOPLE)
        if people is None:
            return {}
        attributes = set(shared_attributes(order, people).values())
        return {one: self._shared.sharing_with(people, one, user_id) for one in attributes}

    def _profile(self, tenant_id: TenantId, user_id: UserId) -> Mapping[str, Any] | None:
        people = self._warehouse.table(tenant_id, PEOPLE)
        return self._row(people, user_id) if people else None

    def _row(self, table: Table, user_id: UserId) -> Mapping[str, Any] | None:
        if table.file:
            return row_of(table.file, user_id)
        return next(iter(rows_of(self._warehouse, table, [user_id], None)), None)

    def _filtered_by(self, order: AudienceOrder, user_id: UserId, attributes: Mapping[str, Any]) -> str | None:
        for step in order.definition.steps():
            if self._is_meant(order, step, user_id, attributes) != step.keep:
                return step.name
        return None

    def _is_meant(self, order: AudienceOrder, step: FilterStep, user_id: UserId, attributes: Mapping[str, Any]) -> bool:
        criteria = None if step.criteria is None else parse(step.criteria)
        if not step.listed_in:
            return criteria is not None and matches(criteria, attributes, order.now)
        rows = (self._listed(order.tenant_id, name, user_id) for name in step.listed_in)
        return any(row is not None and (criteria is None or matches(criteria, row, order.now)) for row in rows)

    def _on_lists(self, order: AudienceOrder, user_id: UserId) -> frozenset[str]:
        return frozenset(name for name in order.definition.lists() if self._listed(order.tenant_id, name, user_id))

    def _listed(self, tenant_id: TenantId, name: str, user_id: UserId) -> Mapping[str, Any] | None:
        table = self._warehouse.table(tenant_id, name)
        if table is None:
            violation = Violation("/audience", f"there is no dataset {name!r}")
            raise InvalidAudienceError("The audience cannot be resolved", (violation,))
        return self._row(table, user_id)

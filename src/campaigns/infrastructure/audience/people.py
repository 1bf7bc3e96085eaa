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
from campaigns.infrastructure.audience.datasets import PEOPLE, Datasets
from campaigns.infrastructure.audience.engine import EngineLimits
from campaigns.infrastructure.audience.profiles import row_of
from campaigns.infrastructure.audience.shared_addresses import shareable, sharers, sharing_with, ways


class StoredPeople:
    def __init__(
        self, datasets: Datasets, limits: EngineLimits, suppressions: Suppressions, contacts: RecentContacts
    ) -> None:
        self._datasets = datasets
        self._limits = limits
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
            over_cap=await self._over_cap(order, user_id),
            sharing=await asyncio.to_thread(self._sharing, order, user_id) if row else {},
        )

    async def _over_cap(self, order: AudienceOrder, user_id: UserId) -> bool:
        if not order.frequency_caps:
            return False
        contacts = await self._contacts.within(order.tenant_id, order.frequency_caps, order.now)
        return bool((await contacts.over(pa.array([user_id], pa.string())))[0].as_py())

    def _sharing(self, order: AudienceOrder, user_id: UserId) -> Mapping[str, Sequence[UserId]]:
        dataset = self._datasets.current(order.tenant_id)
        if dataset is None:
            return {}
        path = self._datasets.path(order.tenant_id, PEOPLE, dataset)
        attributes = shareable(ways(order)).intersection(dataset.columns)
        return {one: sharing_with(sharers(path, one, self._limits), user_id) for one in attributes}

    def _profile(self, tenant_id: TenantId, user_id: UserId) -> Mapping[str, Any] | None:
        dataset = self._datasets.current(tenant_id)
        return row_of(self._datasets.path(tenant_id, PEOPLE, dataset), user_id) if dataset else None

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

    def _listed(self, tenant_id: TenantId, name: str, user_id: UserId) -> Mapping[str, Any] | None:
        dataset = self._datasets.current(tenant_id, name)
        if dataset is None:
            violation = Violation("/audience/filters", f"there is no dataset {name!r}")
            raise InvalidAudienceError("The audience cannot be resolved", (violation,))
        return row_of(self._datasets.path(tenant_id, name, dataset), user_id)

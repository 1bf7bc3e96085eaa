"""People's attributes: of some for those who write to them, of one, and of all who meet criteria."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from campaigns.application.audience.ports.orders import AudienceOrder
from campaigns.application.audience.ports.resolution import StepCount
from campaigns.domain.shared.criteria import Criteria
from campaigns.domain.shared.filters import FilterChain
from campaigns.domain.shared.ids import TenantId, UserId


class ProfileSource(Protocol):
    """People's attributes for those who write to them."""

    async def fetch(
        self, tenant_id: TenantId, user_ids: Sequence[UserId], columns: Sequence[str] | None = None
    ) -> Sequence[Mapping[str, Any]]:
        """One mapping per user id, in their order, `user_id` included; ids ascend. None for `columns` means all.

        A person without a profile row has `user_id` alone; missing attributes are left out.
        """


class PersonFacts(Struct, frozen=True, kw_only=True):
    """What the store knows of one person; without a profile row, the `user_id` alone.

    `sharing`: who comes before this person, by user id, and has the same address, by the attribute that holds it.
    `lists` are those of the audience's sources that they are on.
    """

    attributes: Mapping[str, Any]
    has_profile: bool
    filtered_by: str | None
    everywhere: int
    by_channel: int
    capped: int = 0
    lists: frozenset[str] = frozenset()
    sharing: Mapping[str, Sequence[UserId]] = {}


class People(Protocol):
    """One person, for questions about one person."""

    async def facts(self, order: AudienceOrder, user_id: UserId) -> PersonFacts:
        """Attributes (`user_id` among them), the first filter that removes them, what suppressions and caps say."""


class FilteredPeople(Struct, frozen=True, kw_only=True):
    """Who passes filters: what each of them removed and left, and the people by user id. `batches` are read once."""

    steps: Sequence[StepCount]
    batches: AsyncIterator[Sequence[Mapping[str, Any]]]


class PeopleSearch(Protocol):
    """People by their attributes, for those who look at them."""

    def columns(self, tenant_id: TenantId, dataset: str) -> Sequence[str]:
        """The attributes of a dataset; empty before its first import."""

    async def count(self, tenant_id: TenantId, dataset: str, criteria: Criteria | None, now: datetime) -> int:
        """How many meet the criteria; None means everybody."""

    def rows(
        self, tenant_id: TenantId, dataset: str, criteria: Criteria | None, now: datetime, limit: int | None
    ) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """Batches of people by user id."""

    async def filtered(
        self, tenant_id: TenantId, criteria: Criteria | None, filters: FilterChain, now: datetime, limit: int | None
    ) -> FilteredPeople:
        """Profiles that meet criteria and pass filters. InvalidAudienceError for a list that is not there."""

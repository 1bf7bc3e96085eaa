"""Forgetting people: the journal of those who asked for it, and the places where they stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.shared.ids import TenantId, UserId


class Erasure(Struct, frozen=True, kw_only=True):
    """One person's erasure. `user_id` is None once it is done; `found`: how much was erased, by place."""

    id: UUID
    tenant_id: TenantId
    user_id: UserId | None
    status: Literal["pending", "erased"]
    looks: int
    found: Mapping[str, int]
    requested_by: str
    requested_at: datetime
    erased_at: datetime | None


class Erasures(Protocol):
    """Who asked to be forgotten; in the end known by a keyed digest alone."""

    async def request(
        self, tenant_id: TenantId, user_id: UserId, *, erasure_id: UUID, by: str, at: datetime
    ) -> Erasure:
        """Put it in line, and see to it that nothing is sent to them from the commit on.

        Somebody who was erased before, or is being erased, keeps their erasure; it begins anew.
        """

    async def get(self, tenant_id: TenantId, erasure_id: UUID) -> Erasure:
        """ErasureNotFoundError."""

    async def page(self, tenant_id: TenantId, *, limit: int, offset: int) -> tuple[Sequence[Erasure], int]:
        """Newest first, and how many there are."""


class ErasedAgain(Protocol):
    """The journal of erasures that lies outside the database."""

    async def begin(self, now: datetime) -> tuple[int, int]:
        """Put whoever it names and the stores know again in line; how many it names, and how many those are."""


class Place(Protocol):
    """Somewhere people stand. Erasing them a second time finds nobody and changes nothing."""

    name: str

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten], /) -> int:
        """How many rows, facts, messages or files lost them. DependencyDownError: it is tried again."""

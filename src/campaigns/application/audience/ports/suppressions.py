"""Who must not be written to."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from campaigns.domain.audience.suppression import Suppression
from campaigns.domain.shared.ids import TenantId, UserId


class SuppressedPeople(Protocol):
    """Who must not be written to, by channel, as one Arrow table."""

    async def table(self, tenant_id: TenantId) -> Any:
        """One row per person: `user_id` string · `everywhere` int64 (SkipReason number, 0 none) · `by_channel` int64

        (four bits per channel, as in `domain.audience.standing`).
        """

    async def standings(self, tenant_id: TenantId, user_ids: Sequence[UserId]) -> Mapping[UserId, tuple[int, int]]:
        """(everywhere, by channel) of those of these people of whom anything is said."""


class SuppressionEditions(Protocol):
    """Whether anything was said since."""

    async def edition(self, tenant_id: TenantId) -> str:
        """A text that changes when somebody is suppressed, or may be written to again."""


class SuppressionPage(Struct, frozen=True, kw_only=True):
    suppressions: tuple[Suppression, ...]
    total: int
    next_cursor: str | None


class Suppressions(Protocol):
    """Who must not be written to."""

    async def add(self, tenant_id: TenantId, suppressions: Sequence[Suppression]) -> int:
        """Say so; an entry for the same person and channel is replaced. Returns how many were given."""

    async def remove(self, tenant_id: TenantId, user_id: UserId, channel: str) -> None:
        """SuppressionNotFoundError when nothing was said about this person and channel."""

    async def page(
        self,
        tenant_id: TenantId,
        *,
        user_id: str | None,
        channel: str | None,
        reason: str | None,
        limit: int,
        cursor: str | None,
    ) -> SuppressionPage:
        """By user id and channel, from after the cursor. InvalidError for a cursor that is none."""

    async def standing(self, tenant_id: TenantId, user_id: UserId) -> tuple[int, int]:
        """(everywhere, by channel) of one person, as in `SuppressedPeople.table`; zeros when nothing was said."""

    def every(self, tenant_id: TenantId) -> AsyncIterator[Suppression]:
        """All of them, by user id and channel."""

"""Segments: kept, listed, and what they mean."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Receipt
from campaigns.domain.audience.segment import Segment, SegmentEvent
from campaigns.domain.shared.ids import SegmentId, TenantId, UserId


class SegmentContent(Struct, frozen=True, kw_only=True):
    """What a segment means: criteria, or named users."""

    segment_id: SegmentId
    name: str
    criteria: dict[str, Any] | None = None
    user_ids: tuple[UserId, ...] | None = None


class SegmentContents(Protocol):
    """What segments mean, for those who resolve them."""

    async def contents(
        self, tenant_id: TenantId, segment_ids: Sequence[SegmentId]
    ) -> Mapping[SegmentId, SegmentContent]:
        """The segments that exist; the others are left out."""


class Segments(Protocol):
    """The segments of the caller's tenant."""

    async def get(self, segment_id: UUID, caller: Caller, expected_version: int | None = None) -> Segment:
        """The present state. SegmentNotFoundError (deleted ones too); StaleVersionError."""

    async def record(self, before: Segment | None, events: Sequence[SegmentEvent], caller: Caller) -> Receipt:
        """Record, and claim the name. ConflictError, ClaimTakenError."""


class SegmentPage(Struct, frozen=True, kw_only=True):
    segments: tuple[Segment, ...]
    total: int


class SegmentListing(Protocol):
    """Lists of segments by name, at most a second behind."""

    async def page(self, caller: Caller, *, search: str | None, limit: int, offset: int) -> SegmentPage:
        """One page; the segments come without their named users' ids."""

"""Segments as they travel."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from campaigns.domain.audience.segment import Meaning, Segment
from campaigns.domain.shared.ids import UserId
from campaigns.domain.shared.written_criteria import WrittenCriteria
from campaigns.interfaces.rest.audience.schemas.people import UserIdText
from campaigns.interfaces.rest.wire import Body, Name, Text, View


class SegmentBody(Body, frozen=True, kw_only=True):
    """People under a name: by `criteria`, or by `user_ids`; exactly one of them."""

    name: Name
    description: Text | None = None
    criteria: WrittenCriteria | None = None
    user_ids: Annotated[list[UserIdText], Meta(min_length=1, max_length=10_000)] | None = None

    def meaning(self) -> Meaning:
        users = None if self.user_ids is None else tuple(UserId(user_id) for user_id in self.user_ids)
        return Meaning(name=self.name, description=self.description, criteria=self.criteria, user_ids=users)


class SegmentView(View, frozen=True, kw_only=True):
    id: UUID
    version: int
    name: str
    description: str | None
    criteria: dict[str, Any] | None
    user_ids: tuple[str, ...] | None
    created_by: str
    created_at: datetime
    updated_at: datetime


class SegmentList(View, frozen=True, kw_only=True):
    """`user_ids` are left out of lists."""

    segments: list[SegmentView]
    total: int
    limit: int
    offset: int
    has_more: bool


def segment_view(segment: Segment) -> SegmentView:
    meaning = segment.meaning
    return SegmentView(
        id=segment.id,
        version=segment.version,
        name=meaning.name,
        description=meaning.description,
        criteria=meaning.criteria,
        user_ids=meaning.user_ids,
        created_by=segment.created_by,
        created_at=segment.created_at,
        updated_at=segment.updated_at,
    )

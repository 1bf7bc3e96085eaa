"""One segment as it stands."""

from uuid import UUID

from campaigns.application.audience.ports import Segments
from campaigns.application.shared.messages import Query
from campaigns.domain.audience.segment import Segment


class ShowSegment(Query, frozen=True, kw_only=True):
    segment_id: UUID


class ShowSegmentHandler:
    def __init__(self, segments: Segments) -> None:
        self._segments = segments

    async def __call__(self, query: ShowSegment) -> Segment:
        return await self._segments.get(query.segment_id, query.caller)

"""Segments by name."""

from campaigns.application.audience.ports import SegmentListing, SegmentPage
from campaigns.application.shared.messages import Query


class ListSegments(Query, frozen=True, kw_only=True):
    search: str | None = None
    limit: int = 50
    offset: int = 0


class ListSegmentsHandler:
    def __init__(self, listing: SegmentListing) -> None:
        self._listing = listing

    async def __call__(self, query: ListSegments) -> SegmentPage:
        return await self._listing.page(query.caller, search=query.search, limit=query.limit, offset=query.offset)

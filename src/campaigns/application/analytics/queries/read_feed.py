"""The replayable feed: everything the service tells about one tenant, from any point."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.errors import InvalidError, Violation


class FeedPage(Struct, frozen=True, kw_only=True):
    """Ask again with `after=next_after`: nothing between is missing, whatever was filtered out."""

    events: Sequence[CloudEvent]
    next_after: int


class EventFeed(Protocol):
    """The log as the world may see it."""

    @property
    def types(self) -> frozenset[str]:
        """Every wire name the feed can hold."""

    async def read(self, caller: Caller, *, after: int, types: frozenset[str], limit: int) -> FeedPage:
        """Events after a position, oldest first, at most `limit`; all types when `types` is empty."""


class ReadFeed(Query, frozen=True, kw_only=True):
    after: int = 0
    types: tuple[str, ...] = ()
    limit: int = 100


class ReadFeedHandler:
    def __init__(self, feed: EventFeed) -> None:
        self._feed = feed

    async def __call__(self, query: ReadFeed) -> FeedPage:
        unknown = sorted(set(query.types) - self._feed.types)
        if unknown:
            raise InvalidError(
                "The feed holds decisions about campaigns and their runs; what happens to single messages is told on"
                " NATS, and at /campaigns/{id}/recipients",
                tuple(Violation("/types", f"there is no event type {name!r} in the feed") for name in unknown),
            )
        return await self._feed.read(query.caller, after=query.after, types=frozenset(query.types), limit=query.limit)

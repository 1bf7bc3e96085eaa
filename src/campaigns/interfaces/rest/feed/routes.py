"""The event feed over REST."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from campaigns.application.analytics.queries.read_feed import FeedPage, ReadFeed
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.wire import Limit, Position

Types = Annotated[
    str | None,
    QueryParameter(max_length=2_000, description="Event types, comma separated", examples=[]),
]


class FeedController(Controller):
    path = "/events/feed"

    @get("/", opt=needs(Scope.READ), operation_id="ReadEventFeed")
    async def read(
        self,
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        after: Position = 0,
        types: Types = None,
        limit: Limit = 100,
    ) -> FeedPage:
        """The tenant's events after a position, oldest first, as CloudEvents; go on with `next_after`."""
        wanted = tuple(name.strip() for name in (types or "").split(",") if name.strip())
        page: FeedPage = await bus(ReadFeed(caller=caller, after=after, types=wanted, limit=limit))
        return page

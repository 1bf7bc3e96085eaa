"""What people did outside, over REST."""

from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from campaigns.application.analytics.commands.record_conversions import RecordConversions
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.trigger.commands.take_events import TakeEvents
from campaigns.application.trigger.ports import ReportedEvent
from campaigns.domain.shared.ids import UserId
from campaigns.interfaces.rest.analytics.schemas.reports import EventsTaken, NewEvent
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.wire import Body, utc


class EventBatch(Body, frozen=True, kw_only=True):
    events: Annotated[list[NewEvent], Meta(min_length=1, max_length=1_000)]


class EventsController(Controller):
    path = "/events"

    @post("/", opt=needs(Scope.WRITE), operation_id="StoreEvents", status_code=202)
    async def store(
        self, data: JSONBody[EventBatch], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> EventsTaken:
        """What people did, many at once: triggers are asked about it, conversions are credited to their messages."""
        now = datetime.now(UTC)
        conversions = tuple(event.conversion(now) for event in data.events)
        await bus(RecordConversions(caller=caller, conversions=conversions, pointer="/events/{number}"))
        new = await bus(TakeEvents(caller=caller, events=tuple(reported(event, now) for event in data.events)))
        return EventsTaken(received=len(data.events), new=new)


def reported(event: NewEvent, now: datetime) -> ReportedEvent:
    """The event as triggers know it; value and currency stand among what it says."""
    said: dict[str, Any] = {} if event.value is None else {"value": float(event.value)}
    if event.currency is not None:
        said["currency"] = event.currency
    return ReportedEvent(
        event_id=event.event_id,
        event_type=event.event_type,
        user_id=UserId(event.user_id),
        at=utc(event.at or now),
        data=said | {name: value for name, value in (event.data or {}).items() if value is not None},
    )

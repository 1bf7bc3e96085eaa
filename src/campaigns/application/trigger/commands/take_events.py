"""Take what people did, as other systems report it."""

from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.application.trigger.ports import OutsideEvents, ReportedEvent


class TakeEvents(Command, frozen=True, kw_only=True):
    events: tuple[ReportedEvent, ...]


class TakeEventsHandler:
    """They are durable before the answer; triggers are asked right after."""

    def __init__(self, events: OutsideEvents, clock: Clock) -> None:
        self._events = events
        self._clock = clock

    async def __call__(self, command: TakeEvents) -> int:
        """How many are new."""
        return await self._events.add(command.caller.tenant_id, command.events, self._clock.now())

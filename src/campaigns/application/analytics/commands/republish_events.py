"""Publish the log again, so that a stream can be made anew."""

from typing import Protocol

from campaigns.application.shared.messages import Command


class Republishing(Protocol):
    """Reads the log and publishes it once more, beside the relay."""

    async def __call__(self, after: int) -> tuple[int, int]:
        """How many events were published, and the position of the last one read."""


class RepublishEvents(Command, frozen=True, kw_only=True):
    """Everything after a position; what the stream still remembers is not stored twice."""

    after: int = 0


class RepublishEventsHandler:
    def __init__(self, republishing: Republishing) -> None:
        self._republishing = republishing

    async def __call__(self, command: RepublishEvents) -> tuple[int, int]:
        return await self._republishing(command.after)

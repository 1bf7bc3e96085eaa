"""Withdraw a segment."""

from uuid import UUID

from campaigns.application.audience.ports import Segments
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock


class DeleteSegment(Command, frozen=True, kw_only=True):
    segment_id: UUID
    expected_version: int | None = None


class DeleteSegmentHandler:
    def __init__(self, segments: Segments, clock: Clock) -> None:
        self._segments = segments
        self._clock = clock

    async def __call__(self, command: DeleteSegment) -> Receipt:
        caller = command.caller
        segment = await self._segments.get(command.segment_id, caller, command.expected_version)
        events = segment.delete(at=self._clock.now(), by=caller.principal)
        return await self._segments.record(segment, events, caller)

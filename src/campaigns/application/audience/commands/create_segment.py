"""Give people a name."""

from campaigns.application.audience.ports import Segments
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.audience.segment import Meaning, create
from campaigns.domain.shared.ids import SegmentId


class CreateSegment(Command, frozen=True, kw_only=True):
    meaning: Meaning


class CreateSegmentHandler:
    def __init__(self, segments: Segments, clock: Clock, ids: Ids) -> None:
        self._segments = segments
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: CreateSegment) -> Receipt:
        caller = command.caller
        segment_id = SegmentId(self._ids.new())
        events = create(segment_id, caller.tenant_id, command.meaning, at=self._clock.now(), by=caller.principal)
        return await self._segments.record(None, events, caller)

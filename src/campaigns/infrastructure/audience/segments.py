"""Segments out of their recorded events."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from campaigns.application.audience.claims import SEGMENT_NAME
from campaigns.application.audience.ports import SegmentContent
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import StaleVersionError
from campaigns.application.shared.messages import Receipt
from campaigns.domain.audience.errors import SegmentNotFoundError
from campaigns.domain.audience.segment import Segment, SegmentEvent, evolve
from campaigns.domain.shared.ids import SegmentId, TenantId
from campaigns.domain.shared.names import name_key
from campaigns.infrastructure.audience.topics import TOPICS
from campaigns.infrastructure.eventstore.claims import Claims, Key
from campaigns.infrastructure.eventstore.log import EventLog
from campaigns.infrastructure.eventstore.store import EventStore

_NOBODY = UUID(int=0)


class EventSourcedSegments:
    """Segments, and SegmentContents for resolution."""

    def __init__(self, log: EventLog) -> None:
        self._store: EventStore[Segment] = EventStore(log, TOPICS, Segment, evolve, SegmentNotFoundError, cached=1_000)

    async def get(self, segment_id: UUID, caller: Caller, expected_version: int | None = None) -> Segment:
        segment = await self._store.load(segment_id, caller, fresh=True)
        if segment.deleted:
            raise SegmentNotFoundError("There is no such segment")
        if expected_version is not None and segment.version != expected_version:
            raise StaleVersionError(f"The present version is {segment.version}, not {expected_version}")
        return segment

    async def record(self, before: Segment | None, events: Sequence[SegmentEvent], caller: Caller) -> Receipt:
        after = before
        for event in events:
            after = evolve(after, event)
        had, has = _held(before), _held(after)
        claims = Claims(take=tuple(has - had), release=tuple(had - has))
        return await self._store.record(before, events, caller, claims)

    async def contents(
        self, tenant_id: TenantId, segment_ids: Sequence[SegmentId]
    ) -> Mapping[SegmentId, SegmentContent]:
        caller = _on_behalf_of(tenant_id)
        found: dict[SegmentId, SegmentContent] = {}
        for segment_id in segment_ids:
            try:
                meaning = (await self.get(segment_id, caller)).meaning
            except SegmentNotFoundError:
                continue
            found[segment_id] = SegmentContent(
                segment_id=segment_id, name=meaning.name, criteria=meaning.criteria, user_ids=meaning.user_ids
            )
        return found


def _held(segment: Segment | None) -> frozenset[Key]:
    if segment is None or segment.deleted:
        return frozenset()
    return frozenset({(SEGMENT_NAME, name_key(segment.meaning.name))})


def _on_behalf_of(tenant_id: TenantId) -> Caller:
    """For reading alone: nothing is ever recorded in this name."""
    return Caller(
        tenant_id=tenant_id, principal="audience", scopes=frozenset(), command_id=_NOBODY, correlation_id="audience"
    )

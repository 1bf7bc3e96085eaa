"""Envelopes to stored rows and back, as JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from campaigns.infrastructure.eventstore.recorded import Metadata, Recorded
from campaigns.infrastructure.eventstore.topics import Topics


@dataclass(frozen=True)
class StoredRecord(StoredEvent):
    """The library's row, with the two columns that Postgres wants to see outside the JSON."""

    tenant_id: str
    command_id: UUID


class _Written(msgspec.Struct, omit_defaults=True):
    at: datetime
    meta: Metadata
    data: Any
    schema: int = 1


class _Read(msgspec.Struct):
    at: datetime
    meta: Metadata
    data: msgspec.Raw
    schema: int = 1


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Read)


class MsgspecMapper(Mapper[UUID]):
    """Maps `Recorded` by a table of topics; the library's own mapper needs `vars()` and import paths."""

    def __init__(self, topics: Topics) -> None:
        super().__init__(transcoder=JSONTranscoder())
        self.topics = topics

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredRecord:
        recorded = cast("Recorded", domain_event)
        topic = self.topics.name_of(type(recorded.payload))
        written = _Written(recorded.recorded_at, recorded.metadata, recorded.payload, self.topics.schema_of(topic))
        return StoredRecord(
            originator_id=recorded.originator_id,
            originator_version=recorded.originator_version,
            topic=topic,
            state=_encoder.encode(written),
            tenant_id=recorded.metadata.tenant_id,
            command_id=recorded.metadata.command_id,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        recorded = self.to_recorded(stored_event, position=getattr(stored_event, "id", 0))
        return cast("DomainEventProtocol[UUID]", recorded)

    def to_recorded(self, stored: StoredEvent, position: int = 0) -> Recorded:
        """The envelope of a row; `position` where the reader knows it."""
        read = _decoder.decode(stored.state)
        return Recorded(
            originator_id=cast("UUID", stored.originator_id),
            originator_version=stored.originator_version,
            recorded_at=read.at,
            metadata=read.meta,
            payload=self.topics.decode(stored.topic, read.schema, read.data),
            position=position,
            topic=stored.topic,
        )

"""How segment events are called on disk, for ever."""

from campaigns.domain.audience import segment
from campaigns.infrastructure.eventstore.topics import Topics

TOPICS = Topics(
    {
        "audience.segment_created": segment.SegmentCreated,
        "audience.segment_changed": segment.SegmentChanged,
        "audience.segment_deleted": segment.SegmentDeleted,
    }
)

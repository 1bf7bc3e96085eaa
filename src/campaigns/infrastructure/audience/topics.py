"""How the events of the audience are called on disk, for ever."""

from campaigns.domain.audience import erased_person, segment
from campaigns.infrastructure.eventstore.topics import Topics

TOPICS = Topics(
    {
        "audience.person_erased": erased_person.PersonErased,
        "audience.segment_created": segment.SegmentCreated,
        "audience.segment_changed": segment.SegmentChanged,
        "audience.segment_deleted": segment.SegmentDeleted,
    }
)

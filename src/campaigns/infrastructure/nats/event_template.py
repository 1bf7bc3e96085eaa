"""Events that differ only in the message and the person they are about, encoded ten times cheaper than structs are.

A template is one real event about a marked message and person, encoded as every other event, then cut at the marks:
its shape is that of the published struct and cannot become another.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.domain.delivery.messages import message_id
from campaigns.infrastructure.nats.encoded_events import EncodedEvent, encoded_event
from campaigns.infrastructure.nats.plan_pages import Planned

MARKED_SEQ = 2_147_483_646  # no plan is that long
MARKED_USER = "<the user's id>"

_encoder = msgspec.json.Encoder()


class EventTemplates:
    """One template for each variant and channel of an execution.

    `example` makes the event about a planned message, for any message of the execution.
    """

    def __init__(self, execution_no: int, example: Callable[[Planned], CloudEvent]) -> None:
        self._execution_no = execution_no
        self._example = example
        self._made: dict[tuple[int, int], _Template] = {}

    def told(self, planned: Planned) -> EncodedEvent:
        """The event about a planned message."""
        key = planned.variant, planned.channel
        template = self._made.get(key)
        if template is None:
            marked = Planned(MARKED_SEQ, MARKED_USER, *key)
            template = self._made[key] = _cut(encoded_event(self._example(marked)), self._execution_no)
        return template.told(message_id(self._execution_no, planned.seq), planned.user_id)


class _Template(Struct, frozen=True):
    """Texts with `%(name)s` for the message and `%(user)s` for the person's id with its quotes."""

    id: str
    text: str
    example: EncodedEvent

    def told(self, name: str, user_id: str) -> EncodedEvent:
        values = {"name": name, "user": _encoder.encode(user_id).decode()}
        like = self.example
        payload = (self.text % values).encode()
        return EncodedEvent(self.id % values, like.type, like.subject, like.correlation_id, like.sequence, payload)


def _cut(example: EncodedEvent, execution_no: int) -> _Template:
    marked = message_id(execution_no, MARKED_SEQ)
    user = _encoder.encode(MARKED_USER).decode()
    text = example.payload.decode().replace("%", "%%").replace(marked, "%(name)s").replace(user, "%(user)s")
    return _Template(example.id.replace(marked, "%(name)s"), text, example)

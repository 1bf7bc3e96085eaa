"""What people did, as an event service tells it: the same path as POST /events."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta, Struct

from campaigns.application.analytics.commands.record_conversions import RecordConversions
from campaigns.application.analytics.reporting import Conversion
from campaigns.application.shared.messages import Command
from campaigns.application.trigger.commands.take_events import TakeEvents
from campaigns.application.trigger.ports import ReportedEvent
from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.domain.shared.money import Money
from campaigns.interfaces.nats.received import Received

Name = Annotated[str, Meta(min_length=1, max_length=255)]
_MOST_SAID, _LONGEST_NAME, _LONGEST_TEXT = 200, 128, 2_000
_LARGEST = 2**53


class StoredEvent(Struct, frozen=True):
    """A person did something: what kind, who, and what the event says, under `data`, `properties` or `event_data`.

    A `value` with its `currency` is what a conversion earned.
    """

    event_type: Annotated[Name, Meta(examples=["user.registered"])]
    user_id: Annotated[Name, Meta(examples=["u1"])]
    event_id: Name | None = None
    data: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None
    event_data: dict[str, Any] | None = None
    value: Decimal | None = None
    currency: Name | None = None

    def said(self) -> dict[str, Any]:
        """Texts, numbers and truths; what is nested cannot be asked about."""
        given = {**(self.event_data or {}), **(self.properties or {}), **(self.data or {})}
        usable = {name: value for name, value in given.items() if _is_plain(name, value)}
        return dict(list(usable.items())[:_MOST_SAID]) | self._worth()

    def _worth(self) -> dict[str, Any]:
        worth: dict[str, Any] = {} if self.value is None else {"value": float(self.value)}
        return worth if self.currency is None else {**worth, "currency": self.currency}


def events_from(events: Sequence[Received[StoredEvent]]) -> list[Command]:
    """Two commands for each tenant: what people did, and what of it may be a conversion."""
    by_tenant: dict[TenantId, list[Received[StoredEvent]]] = defaultdict(list)
    for event in events:
        by_tenant[event.consumed.tenant_id].append(event)
    return [command for its in by_tenant.values() for command in _commands(its)]


def _commands(events: Sequence[Received[StoredEvent]]) -> tuple[Command, Command]:
    caller = events[0].caller
    conversions = RecordConversions(caller=caller, conversions=tuple(_conversion(event) for event in events))
    return conversions, TakeEvents(caller=caller, events=tuple(_reported(event) for event in events))


def _reported(event: Received[StoredEvent]) -> ReportedEvent:
    return ReportedEvent(
        event_id=_id_of(event),
        event_type=event.body.event_type,
        user_id=UserId(event.body.user_id),
        at=event.at,
        data=event.body.said(),
    )


def _conversion(event: Received[StoredEvent]) -> Conversion:
    body = event.body
    earned = body.value is not None and body.currency is not None and not Money(body.value, body.currency).problems()
    return Conversion(
        event_id=_id_of(event),
        user_id=body.user_id,
        event_type=body.event_type,
        at=event.at,
        value=body.value if earned else None,
        currency=body.currency if earned else None,
    )


def _id_of(event: Received[StoredEvent]) -> str:
    return event.body.event_id or event.event_id[:255]


def _is_plain(name: str, value: Any) -> bool:
    if not 0 < len(name) <= _LONGEST_NAME:
        return False
    match value:
        case bool():
            return True
        case int():
            return abs(value) <= _LARGEST
        case str():
            return len(value) <= _LONGEST_TEXT
    return isinstance(value, float)

"""Conditions about the event, told from conditions about the person."""

from typing import TypeVar

from msgspec.structs import replace

from campaigns.domain.shared.criteria import Condition, Criteria, fields
from campaigns.domain.trigger.events import OF_EVENT

Part = TypeVar("Part", bound=Criteria)


def asks_event_alone(criteria: Criteria) -> bool:
    return all(name.startswith(OF_EVENT) for name in fields(criteria))


def of_event(criteria: Part) -> Part:
    """The same, asked of what the event says by its own names."""
    if isinstance(criteria, Condition):
        return replace(criteria, field=criteria.field.removeprefix(OF_EVENT))
    return replace(criteria, criteria=tuple(of_event(child) for child in criteria.criteria))

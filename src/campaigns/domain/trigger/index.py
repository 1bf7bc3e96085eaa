"""Which triggers an event concerns: found by its type and by what it equals, not by asking each of them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from campaigns.domain.shared.criteria import All, Condition, Criteria, Operator
from campaigns.domain.trigger.equalities import Equalities
from campaigns.domain.trigger.events import OF_EVENT, OutsideEvent
from campaigns.domain.trigger.rules import TriggerRule
from campaigns.domain.trigger.splitting import asks_event_alone, of_event

Attributes = Mapping[str, Any]
Test = Callable[[Attributes, datetime], bool]
Compile = Callable[[Criteria], Test]
"""Criteria to a function of one person's, or one event's, attributes and the present instant."""


class Listener(Struct, frozen=True, gc=False):
    """A rule and what is left to ask once it was found: of the event alone, and of event and person together."""

    rule: TriggerRule
    of_event: Test | None = None
    of_person: Test | None = None


_NOBODY: Sequence[Listener] = ()


class TriggerIndex:
    """All triggers of one tenant that are in force."""

    def __init__(self, rules: Sequence[TriggerRule], compiled: Compile) -> None:
        by_type: dict[str, list[TriggerRule]] = defaultdict(list)
        for rule in rules:
            by_type[rule.event_type].append(rule)
        self._types = {name: _TypeIndex(of_type, compiled) for name, of_type in by_type.items()}

    @property
    def event_types(self) -> frozenset[str]:
        return frozenset(self._types)

    def concerned(self, event: OutsideEvent, now: datetime) -> Sequence[Listener]:
        """Whose condition holds as far as the event says; those with `of_person` are still to be asked about them."""
        of_type = self._types.get(event.event_type)
        return of_type.concerned(event.data, now) if of_type is not None else _NOBODY


class _TypeIndex:
    def __init__(self, rules: Sequence[TriggerRule], compiled: Compile) -> None:
        self._everywhere: list[Listener] = []
        found: dict[str, Equalities[Listener]] = defaultdict(Equalities)
        for rule in rules:
            equality, rest = _parted(rule.criteria)
            listener = _listener(rule, rest, compiled)
            if equality is None:
                self._everywhere.append(listener)
            else:
                found[equality.field].add(equality, listener)
        self._found = tuple(found.items())

    def concerned(self, said: Attributes, now: datetime) -> Sequence[Listener]:
        found = list(self._everywhere)
        for name, equalities in self._found:
            value = said.get(name)
            if value is not None:
                found += equalities.meeting(value)
        return [one for one in found if one.of_event is None or one.of_event(said, now)] if found else _NOBODY


def _parted(criteria: Criteria | None) -> tuple[Condition | None, tuple[Criteria, ...]]:
    """A condition that finds the rule by what the event equals, if there is one, and what else must hold."""
    parts = criteria.criteria if isinstance(criteria, All) else () if criteria is None else (criteria,)
    for at, part in enumerate(parts):
        if isinstance(part, Condition) and _finds(part):
            return of_event(part), (*parts[:at], *parts[at + 1 :])
    return None, parts


def _finds(condition: Condition) -> bool:
    return condition.field.startswith(OF_EVENT) and condition.operator in (Operator.EQUALS, Operator.IN)


def _listener(rule: TriggerRule, parts: Sequence[Criteria], compiled: Compile) -> Listener:
    said = tuple(of_event(part) for part in parts if asks_event_alone(part))
    known = tuple(part for part in parts if not asks_event_alone(part))
    return Listener(rule, _all(said, compiled), _all(known, compiled))


def _all(parts: tuple[Criteria, ...], compiled: Compile) -> Test | None:
    if not parts:
        return None
    return compiled(parts[0] if len(parts) == 1 else All(parts))

"""Criteria decided in memory for one person; says the same as the query of every engine (see `criteria_tree`)."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from math import isnan
from typing import Any, TypeAlias

from campaigns.domain.shared import criteria_readings as readings
from campaigns.domain.shared.criteria import All, Condition, Criteria, Operator, Scalar
from campaigns.domain.shared.criteria import Any as AnyOf

Attributes: TypeAlias = Mapping[str, Any]
Attribute: TypeAlias = str | int | float | bool | datetime | tuple[str, ...]
Pair: TypeAlias = tuple[Any, Any]


def matches(criteria: Criteria, attributes: Attributes, now: datetime) -> bool:
    """Whether the criteria hold for a person. `now` is what `within_last` counts back from, aware."""
    match criteria:
        case Condition():
            return _holds(criteria, known(attributes.get(criteria.field)), now)
        case All():
            return all(matches(child, attributes, now) for child in criteria.criteria)
        case AnyOf():
            return any(matches(child, attributes, now) for child in criteria.criteria)
    return not any(matches(child, attributes, now) for child in criteria.criteria)


def known(value: object) -> Attribute | None:
    """The attribute as a text, number, boolean, instant or list of texts; None when there is none to speak of."""
    match value:
        case datetime():
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        case date():
            return datetime.combine(value, time.min, UTC)
        case float() if isnan(value):
            return None
        case str() | bool() | int() | float():
            return value
        case list() | tuple():
            return tuple(item for item in value if isinstance(item, str))
    return None


def _holds(condition: Condition, attribute: Attribute | None, now: datetime) -> bool:
    if condition.operator is Operator.NOT_EXISTS:
        return attribute is None
    return attribute is not None and _ASKED[condition.operator](attribute, condition.value, now)


def _met(attribute: Attribute, value: Scalar) -> Pair | None:
    """Both sides in one kind; None when they never meet."""
    if isinstance(attribute, bool) or isinstance(value, bool):
        return _truths(attribute, value)
    if isinstance(attribute, tuple):
        return None
    if isinstance(value, str):
        return _met_text(attribute, value)
    if isinstance(attribute, str):
        return _both(readings.decimal(attribute), value)
    return None if isinstance(attribute, datetime) else (attribute, value)


def _met_text(attribute: str | float | datetime, value: str) -> Pair | None:
    if isinstance(attribute, str):
        return attribute, value
    read = readings.instant(value) if isinstance(attribute, datetime) else readings.decimal(value)
    return _both(attribute, read)


def _truths(attribute: Attribute, value: Scalar) -> Pair | None:
    if isinstance(attribute, str | bool) and isinstance(value, str | bool):
        return _spelled(attribute), _spelled(value)
    return None


def _spelled(side: object) -> str:
    return str(side).lower() if isinstance(side, bool) else str(side)


def _both(left: object, right: object) -> Pair | None:
    return None if left is None or right is None else (left, right)


def _equal(attribute: Attribute, value: Any, _now: datetime) -> bool:
    pair = _met(attribute, value)
    return pair is not None and pair[0] == pair[1]


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Attribute, Any, datetime], bool]:
    def holds(attribute: Attribute, value: Any, _now: datetime) -> bool:
        if isinstance(attribute, bool) or isinstance(value, bool):
            return False
        pair = _met(attribute, value)
        return pair is not None and compare(*pair)

    return holds


_at_least, _at_most = _ordered(lambda a, v: a >= v), _ordered(lambda a, v: a <= v)


def _between(attribute: Attribute, value: Any, now: datetime) -> bool:
    return _at_least(attribute, value[0], now) and _at_most(attribute, value[1], now)


def _in(attribute: Attribute, value: Any, now: datetime) -> bool:
    return any(_equal(attribute, item, now) for item in value)


def _contains(attribute: Attribute, value: Any, _now: datetime) -> bool:
    return isinstance(attribute, str | tuple) and value in attribute


def _does_not_contain(attribute: Attribute, value: Any, _now: datetime) -> bool:
    return isinstance(attribute, str | tuple) and value not in attribute


def _instant(attribute: Attribute) -> datetime | None:
    if isinstance(attribute, str):
        return readings.instant(attribute)
    return attribute if isinstance(attribute, datetime) else None


def _timed(compare: Callable[[datetime, datetime], bool]) -> Callable[[Attribute, Any, datetime], bool]:
    def holds(attribute: Attribute, value: Any, _now: datetime) -> bool:
        left, right = _instant(attribute), readings.instant(value)
        return left is not None and right is not None and compare(left, right)

    return holds


def _within_last(attribute: Attribute, value: Any, now: datetime) -> bool:
    happened, back = _instant(attribute), readings.duration(value)
    return happened is not None and earliest(now, back) <= happened <= now


def earliest(now: datetime, back: timedelta | None) -> datetime:
    """The instant `back` before now, or the first one there is."""
    try:
        return now - (back or timedelta())
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


_ASKED: dict[Operator, Callable[[Attribute, Any, datetime], bool]] = {
    Operator.EQUALS: _equal,
    Operator.NOT_EQUALS: lambda a, v, now: not _equal(a, v, now),
    Operator.GREATER_THAN: _ordered(lambda a, v: a > v),
    Operator.GREATER_OR_EQUAL: _at_least,
    Operator.LESS_THAN: _ordered(lambda a, v: a < v),
    Operator.LESS_OR_EQUAL: _at_most,
    Operator.BETWEEN: _between,
    Operator.IN: _in,
    Operator.NOT_IN: lambda a, v, now: not _in(a, v, now),
    Operator.CONTAINS: _contains,
    Operator.NOT_CONTAINS: _does_not_contain,
    Operator.STARTS_WITH: lambda a, v, _now: isinstance(a, str) and a.startswith(v),
    Operator.ENDS_WITH: lambda a, v, _now: isinstance(a, str) and a.endswith(v),
    Operator.EXISTS: lambda _a, _v, _now: True,
    Operator.BEFORE: _timed(lambda a, v: a < v),
    Operator.AFTER: _timed(lambda a, v: a > v),
    Operator.WITHIN_LAST: _within_last,
}


Test: TypeAlias = Callable[[Attributes, datetime], bool]
_AS_THEY_ARE = (str, int, bool)
_NUMBERS = (int, float)


def compiled(criteria: Criteria) -> Test:
    """`matches` of these criteria, taken apart once: for those who ask the same of many."""
    if isinstance(criteria, Condition):
        return _compiled_condition(criteria)
    tests = tuple(compiled(child) for child in criteria.criteria)
    match criteria:
        case All():
            return lambda attributes, now: all(test(attributes, now) for test in tests)
        case AnyOf():
            return lambda attributes, now: any(test(attributes, now) for test in tests)
    return lambda attributes, now: not any(test(attributes, now) for test in tests)


def _compiled_condition(condition: Condition) -> Test:
    field, operator, value = condition.field, condition.operator, condition.value
    compare = _OF_NUMBERS.get(operator) if type(value) in _NUMBERS else None

    def test(attributes: Attributes, now: datetime) -> bool:
        attribute = attributes.get(field)
        if compare is not None and type(attribute) in _NUMBERS:
            return compare(attribute, value)  # a NaN is no attribute, and every comparison with one is false
        return _holds(condition, attribute if type(attribute) in _AS_THEY_ARE else known(attribute), now)

    return test


_OF_NUMBERS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS: lambda a, v: a == v,
    Operator.GREATER_THAN: lambda a, v: a > v,
    Operator.GREATER_OR_EQUAL: lambda a, v: a >= v,
    Operator.LESS_THAN: lambda a, v: a < v,
    Operator.LESS_OR_EQUAL: lambda a, v: a <= v,
}

"""Criteria read from JSON: `parse` lists everything that is wrong, each with its JSON pointer."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from campaigns.domain.shared.criteria_readings import duration, instant
from campaigns.domain.shared.criteria_tree import (
    GROUPS,
    All,
    Any,
    Condition,
    Criteria,
    Not,
    Operator,
    Scalar,
    as_json,
    fields,
)
from campaigns.domain.shared.errors import InvalidError, Violation

__all__ = ["All", "Any", "Condition", "Criteria", "Not", "Operator", "Scalar", "as_json", "fields", "parse"]

_Rest = ParamSpec("_Rest")
_Read = TypeVar("_Read")

DEEPEST = 10
MOST_NODES = 200
MOST_VALUES = 1000
LONGEST_FIELD = 128
LONGEST_TEXT = 1000
LARGEST_NUMBER = 2**53  # beyond it, engines disagree about what equals what

_LISTS = {Operator.IN: (1, MOST_VALUES), Operator.NOT_IN: (1, MOST_VALUES), Operator.BETWEEN: (2, 2)}
_TEXTS = frozenset({Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH})
_VALUELESS = frozenset({Operator.EXISTS, Operator.NOT_EXISTS})
_READ_AS: dict[Operator, tuple[Callable[[str], object], str]] = {
    Operator.BEFORE: (instant, "an RFC 3339 instant or a date"),
    Operator.AFTER: (instant, "an RFC 3339 instant or a date"),
    Operator.WITHIN_LAST: (duration, "a duration such as P30D, PT12H or 30d"),
}


def parse(tree: object, pointer: str = "") -> Criteria:
    """The criteria that the JSON value `tree` means; InvalidError names every broken rule, pointers below `pointer`."""
    reading = _Reading()
    criteria = reading.attempt(reading.node, tree, pointer, 1)
    if reading.violations or criteria is None:
        raise InvalidError("The criteria are not valid", tuple(reading.violations))
    return criteria


class _WrongError(Exception):
    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.violation = Violation(pointer, message)


class _Reading:
    """One pass over the tree; what is wrong in one part does not hide what is wrong in another."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self._nodes = 0

    def attempt(
        self,
        read: Callable[Concatenate[object, str, _Rest], _Read],
        part: object,
        pointer: str,
        *args: _Rest.args,
        **kwargs: _Rest.kwargs,
    ) -> _Read | None:
        try:
            return read(part, pointer, *args, **kwargs)
        except _WrongError as wrong:
            self.violations.append(wrong.violation)
            return None

    def node(self, tree: object, pointer: str, depth: int) -> Criteria:
        self._nodes += 1
        if depth > DEEPEST:
            raise _WrongError(pointer, f"criteria nest at most {DEEPEST} deep")
        if self._nodes > MOST_NODES:
            raise _WrongError(pointer, f"criteria have at most {MOST_NODES} conditions and groups")
        if not isinstance(tree, dict):
            raise _WrongError(pointer, 'must be a condition {"field", "operator", "value"} or one of all, any, not')
        if group := GROUPS.keys() & tree.keys():
            return self._group(tree, pointer, depth, min(group))
        return self._condition(tree, pointer)

    def _group(self, tree: dict[str, object], pointer: str, depth: int, name: str) -> Criteria:
        if len(tree) > 1:
            raise _WrongError(pointer, f'"{name}" stands alone: nothing else may stand beside it')
        children = tree[name]
        if name == "not" and isinstance(children, dict):
            children = [children]
        if not isinstance(children, list) or not 0 < len(children) <= MOST_NODES:
            raise _WrongError(f"{pointer}/{name}", f"must be a list of 1 to {MOST_NODES} conditions or groups")
        read = [
            self.attempt(self.node, child, f"{pointer}/{name}/{at}", depth + 1) for at, child in enumerate(children)
        ]
        return GROUPS[name](tuple(child for child in read if child is not None))

    def _condition(self, tree: dict[str, object], pointer: str) -> Criteria:
        for unknown in sorted(tree.keys() - {"field", "operator", "value"}, key=str):
            self.violations.append(Violation(f"{pointer}/{_escaped(unknown)}", "is not part of a condition"))
        field = self.attempt(_field, tree.get("field"), f"{pointer}/field")
        operator = _operator(tree.get("operator"), f"{pointer}/operator")
        value = self.attempt(self._value, tree.get("value"), f"{pointer}/value", operator)
        return Condition(field or "", operator, value)

    def _value(self, value: object, pointer: str, operator: Operator) -> Scalar | tuple[Scalar, ...] | None:
        if operator in _VALUELESS:
            if value is not None:
                raise _WrongError(pointer, f"{operator} takes no value")
            return None
        if operator in _LISTS:
            return self._list(value, pointer, *_LISTS[operator])
        if operator in _TEXTS and (not isinstance(value, str) or not value):
            raise _WrongError(pointer, f"{operator} takes a text that is not empty")
        if operator in _READ_AS:
            read, shape = _READ_AS[operator]
            if not isinstance(value, str) or read(value) is None:
                raise _WrongError(pointer, f"{operator} takes {shape}")
        return _scalar(value, pointer)

    def _list(self, value: object, pointer: str, fewest: int, most: int) -> tuple[Scalar, ...]:
        if not isinstance(value, list | tuple) or not fewest <= len(value) <= most:
            size = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise _WrongError(pointer, f"must be a list of {size} values")
        read = [self.attempt(_scalar, item, f"{pointer}/{at}") for at, item in enumerate(value)]
        return tuple(item for item in read if item is not None)


def _field(field: object, pointer: str) -> str:
    if isinstance(field, str) and 0 < len(field) <= LONGEST_FIELD and field.isprintable():
        return field
    raise _WrongError(pointer, f"must be the name of an attribute: 1 to {LONGEST_FIELD} printable characters")


def _operator(operator: object, pointer: str) -> Operator:
    if isinstance(operator, str) and operator in Operator.__members__.values():
        return Operator(operator)
    raise _WrongError(pointer, f"must be one of {', '.join(Operator)}")


def _scalar(value: object, pointer: str) -> Scalar:
    match value:
        case bool():
            return value
        case int() | float() if abs(value) <= LARGEST_NUMBER:
            return value
        case int() | float():
            raise _WrongError(pointer, "must be a finite number of at most 2^53; write longer ones as text")
        case str() if len(value) <= LONGEST_TEXT and _storable(value):
            return value
        case str():
            raise _WrongError(pointer, f"must be Unicode text of at most {LONGEST_TEXT} characters without NUL")
    raise _WrongError(pointer, "must be a text, a number or true or false")


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")

"""A value that does not fit its type, in plain words: msgspec says it in those of Python."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from campaigns.domain.shared.errors import Violation

_WHERE = re.compile(r" - at `(?:key in )?\$(?P<path>.*)`$")
_STEP = re.compile(r"\.(?P<field>[^.\[]+)|\[(?P<index>\d+)\]|\[\.\.\.\]")
_NAMED = re.compile(r"Object (?P<how>contains unknown|missing required) field `(?P<field>.*)`")
_ENUM = re.compile("Invalid enum value .*", re.DOTALL)
_KINDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "an instant (RFC 3339)",
    "uuid": "a UUID",
}
_PARTS = {"str": "characters", "array": "entries", "object": "fields"}
_ONE = {"characters": "character", "entries": "entry", "fields": "field"}
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "==": "exactly"}
_WORDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<given>[^`]+)`"),
        lambda found: f"must be {_kinds(found['wanted'])}, not {_kinds(found['given'])}",
    ),
    (
        re.compile(r"Expected `(?P<kind>str|array|object)` of length (?P<bound>\S+) (?P<number>\d+)"),
        lambda found: f"must have {_BOUNDS[found['bound']]} {_counted(int(found['number']), _PARTS[found['kind']])}",
    ),
    (
        re.compile(r"Expected `(?:int|float|decimal)` (?P<bound>[<>]=?) (?P<number>\S+)"),
        lambda found: f"must be {_BOUNDS[found['bound']]} {found['number']}",
    ),
    (re.compile(r"Expected `str` matching regex (?P<pattern>.*)"), lambda found: f"must match {found['pattern']}"),
    (re.compile("Expected `datetime` with a timezone component"), lambda _: "must have an offset, or Z for UTC"),
    (re.compile("Invalid RFC3339 encoded datetime"), lambda _: "must be an instant, as in 2027-01-01T09:00:00+01:00"),
    (re.compile("Invalid UUID"), lambda _: "must be a UUID"),
    (re.compile("Invalid decimal string"), lambda _: 'must be a decimal number, as in "12.34"'),
)


def misfit(error: msgspec.ValidationError | str, shape: Any = None, pointer: str = "") -> Violation:
    """What is wrong, and where below `pointer`. With the `shape` that was tried, the values it knows are named."""
    text = str(error)
    where = _WHERE.search(text)
    steps = [step["field"] or step["index"] or "*" for step in _STEP.finditer(where["path"])] if where else []
    said = text[: where.start()] if where else text
    if named := _NAMED.fullmatch(said):
        steps.append(named["field"])
        return Violation("/".join((pointer, *steps)), _missing_or_unknown(named["how"]))
    return Violation("/".join((pointer, *steps)), _sentence(said, shape, steps))


def _missing_or_unknown(how: str) -> str:
    return "is missing" if how.startswith("missing") else "is not a field here"


def _sentence(said: str, shape: Any, steps: Sequence[str]) -> str:
    if _ENUM.fullmatch(said):
        known = ", ".join(sorted(set(_choices(shape, steps)))) if shape is not None else ""
        return f"must be one of {known}" if known else "is none of the known values"
    for pattern, words in _WORDS:
        if found := pattern.fullmatch(said):
            return words(found)
    return said.replace("`", "").strip()


def _kinds(said: str) -> str:
    return " or ".join(_KINDS.get(kind, kind) for kind in said.split(" | "))


def _counted(number: int, parts: str) -> str:
    return f"{number} {_ONE.get(parts, parts) if number == 1 else parts}"


def _choices(shape: Any, steps: Sequence[str]) -> Iterator[str]:
    kinds = list(_each(inspect.type_info(shape)))
    for step in steps:
        kinds = [inner for kind in kinds for part in _inside(kind, step) for inner in _each(part)]
    for kind in kinds:
        if isinstance(kind, inspect.EnumType):
            yield from (str(member.value) for member in kind.cls)
        elif isinstance(kind, inspect.LiteralType):
            yield from map(str, kind.values)


def _each(kind: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.Metadata):
        yield from _each(kind.type)
    elif isinstance(kind, inspect.UnionType):
        yield from (inner for one in kind.types for inner in _each(one))
    else:
        yield kind


def _inside(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    match kind:
        case inspect.StructType():
            yield from (field.type for field in kind.fields if field.encode_name == step)
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType() | inspect.FrozenSetType():
            yield kind.item_type
        case inspect.DictType():
            yield kind.value_type

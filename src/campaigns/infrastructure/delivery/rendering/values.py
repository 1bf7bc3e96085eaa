"""What compiled templates do with values at run time; each function gives exactly what python-liquid gives."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from decimal import Decimal
from typing import Any

from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.exceptions import LiquidTypeError, LoopIterationLimitError, OutputStreamLimitError
from liquid.limits import to_int
from liquid.stringify import to_liquid_string
from liquid.undefined import Undefined

from campaigns.infrastructure.delivery.rendering.language import LOOP_LIMIT, OUTPUT_LIMIT

ABSENT = Undefined("absent")
_NUMBERS = (int, float, Decimal)


def text(value: object, name: str, missing: set[str]) -> str:
    """A value in plain text; an absent one is remembered by name."""
    if value is ABSENT:
        missing.add(name)
        return ""
    return str(value) if value.__class__ is int else to_liquid_string(value, autoescape=False)


def html(value: object, name: str, missing: set[str]) -> str:
    """A value in HTML, escaped unless it is markup already."""
    if value is ABSENT:
        missing.add(name)
        return ""
    return str(value) if value.__class__ is int else to_liquid_string(value, autoescape=True)


def needed(value: object, name: str, missing: set[str]) -> object:
    """The value itself; an absent one is remembered by name."""
    if value is ABSENT:
        missing.add(name)
    return value


def path(found: object, *segments: str | int) -> object:
    """Follow `a.b[0]` from a root that was found; ABSENT where the path breaks off."""
    try:
        for segment in segments:
            found = _item(found, segment)
    except (KeyError, TypeError, IndexError):
        return ABSENT
    return found


def _item(holder: Any, key: str | int) -> object:
    if key in _SPECIAL:
        try:
            return holder[key]
        except (KeyError, IndexError, TypeError):
            return _SPECIAL[key](holder)
    if isinstance(key, int) and isinstance(holder, str):
        raise TypeError("text is not indexed")
    return holder[key]


def _size(holder: object) -> object:
    if isinstance(holder, Sized):
        return len(holder)
    raise TypeError("no size")


def _first(holder: object) -> object:
    if isinstance(holder, Mapping) and holder:
        return next(iter(holder.items()))
    if isinstance(holder, str) or not isinstance(holder, Sequence):
        raise TypeError("no first item")
    return holder[0]


def _last(holder: object) -> object:
    if isinstance(holder, str) or not isinstance(holder, Sequence):
        raise TypeError("no last item")
    return holder[-1]


_SPECIAL: dict[str | int, Any] = {"size": _size, "first": _first, "last": _last}


def truthy(value: object) -> bool:
    """All but absent, nil and false."""
    return not (value is None or value is False or value is ABSENT or isinstance(value, Undefined))


def equal(left: object, right: object) -> bool:
    if isinstance(left, Undefined) or isinstance(right, Undefined):
        return (left is None or isinstance(left, Undefined)) and (right is None or isinstance(right, Undefined))
    if isinstance(right, Empty | Blank):
        left, right = right, left
    if isinstance(right, bool):
        left, right = right, left
    if isinstance(left, bool):
        return isinstance(right, bool) and left == right
    return bool(left == right)


def less(left: object, right: object) -> bool:
    left, right = _known(left), _known(right)
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return bool(left < right)
    if left is None or right is None:
        return False
    raise LiquidTypeError(f"{_kind(left)} and {_kind(right)} have no order", token=None)


def at_most(left: object, right: object) -> bool:
    left, right = _known(left), _known(right)
    if isinstance(left, str) and isinstance(right, str):
        return left <= right
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return bool(left <= right)
    return False if left is None or right is None else equal(left, right)


def contains(left: object, right: object) -> bool:
    if not truthy(left) or not truthy(right):
        return False
    if isinstance(left, str):
        return str(right) in left
    if isinstance(left, Collection):
        return right in left
    raise LiquidTypeError(f"{_kind(left)} contains nothing", token=None)


def span(start: Any, stop: Any) -> range:
    """The range `(start..stop)`; what is no whole number counts as 0."""
    first, last = _whole(start), _whole(stop)
    return range(0) if first > last else range(first, last + 1)


def loop(value: object, outer: int) -> tuple[Iterable[Any], int]:
    """What a `for` runs over, and how often; `outer` is the product of the lengths of the loops around it."""
    items = _items(value)
    if len(items) * outer > LOOP_LIMIT:
        raise LoopIterationLimitError("loop iteration limit reached", token=None)
    return items, len(items)


def weigh(parts: list[str], start: int, room: int) -> int:
    """How much room is left after the parts from `start` on; raises when there is none."""
    room -= sum(map(len, parts[start:]))
    if room < 0:
        raise OutputStreamLimitError("output stream limit reached", token=None)
    return room


def finished(parts: list[str]) -> str:
    """The text, if it stays within the limit."""
    whole = "".join(parts)
    if len(whole) * 4 > OUTPUT_LIMIT and len(whole.encode("utf-8", "surrogatepass")) > OUTPUT_LIMIT:
        raise OutputStreamLimitError("output stream limit reached", token=None)
    return whole


def _items(value: object) -> Any:
    if isinstance(value, Mapping):
        return tuple(value.items())
    if isinstance(value, str):
        return (value,) if value else ()
    return value if isinstance(value, Sequence) else ()


def _known(value: object) -> object:
    return None if isinstance(value, Undefined) else value


def _kind(value: object) -> str:
    return value.__class__.__name__


def _whole(value: Any) -> int:
    try:
        return to_int(value)
    except (ValueError, TypeError):
        return 0

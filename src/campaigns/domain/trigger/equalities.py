"""Finding by equality what would otherwise be asked one by one; texts, numbers and truths meet as criteria say."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from campaigns.domain.shared.criteria import Condition, Scalar
from campaigns.domain.shared.criteria_readings import decimal

Found = TypeVar("Found")


class Equalities(Generic[Found]):
    """By the value of one attribute: who waits for it."""

    def __init__(self) -> None:
        self._texts: dict[str, list[Found]] = defaultdict(list)
        self._numbers: dict[float, list[Found]] = defaultdict(list)
        self._spelled_numbers: dict[float, list[Found]] = defaultdict(list)

    def add(self, condition: Condition, found: Found) -> None:
        """`condition` is an `equals` or an `in`."""
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        keys = {key for value in values if value is not None for key in self._keys(value)}
        for kind, key in keys:
            getattr(self, kind)[key].append(found)

    def meeting(self, value: Any) -> Iterable[Found]:
        """Everybody whose condition holds for this value of the attribute; each once."""
        if isinstance(value, str):
            return self._meeting_text(value) if self._numbers else self._texts.get(value, ())
        if isinstance(value, bool):
            return self._texts.get(_spelled(value), ())
        if isinstance(value, int | float):
            return _once(self._numbers.get(value, ()), self._spelled_numbers.get(value, ()))
        return ()

    def _meeting_text(self, text: str) -> Iterable[Found]:
        equal, number = self._texts.get(text, ()), decimal(text)
        return equal if number is None else _once(equal, self._numbers.get(number, ()))

    @staticmethod
    def _keys(value: Scalar) -> list[tuple[str, Any]]:
        if isinstance(value, bool):
            return [("_texts", _spelled(value))]
        if not isinstance(value, str):
            return [("_numbers", value)]
        number = decimal(value)
        return [("_texts", value)] if number is None else [("_texts", value), ("_spelled_numbers", number)]


def _spelled(truth: bool) -> str:  # noqa: FBT001 - it is the value itself
    return str(truth).lower()


def _once(some: Iterable[Found], more: Iterable[Found]) -> list[Found]:
    found = list(some)
    return found + [one for one in more if not any(one is known for known in found)]

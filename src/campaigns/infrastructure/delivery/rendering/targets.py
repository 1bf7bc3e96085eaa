"""The places that a content's links lead to."""


class Targets:
    """Each once, in order of appearance, numbered from `first`."""

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._numbers: dict[str, int] = {}

    def number(self, url: str) -> int:
        return self._numbers.setdefault(url, self._first + len(self._numbers))

    def all(self) -> tuple[str, ...]:
        return tuple(self._numbers)

"""Stored names: the only place where a class meets its name on disk."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the stored fields of one schema into those of the next."""


class UnknownTopicError(LookupError):
    """A stored name, or an event class, that no table of topics knows."""


class Topics:
    """Names both ways, and for each name the upcasters that lead its old schemas to the present one.

    The first shape of an event is schema 1; n upcasters make the present one schema n + 1. A name never changes and an
    event class that changes its fields gets an upcaster, so that every log ever written stays readable.
    """

    def __init__(
        self, classes: Mapping[str, type[Any]], upcasters: Mapping[str, Sequence[Upcaster]] | None = None
    ) -> None:
        self._classes = dict(classes)
        self._names = {event: name for name, event in classes.items()}
        self._upcasters = {name: tuple(steps) for name, steps in (upcasters or {}).items()}
        self._decoders = {name: msgspec.json.Decoder(event) for name, event in classes.items()}
        if len(self._names) != len(self._classes):
            raise ValueError("one event class stands under two names")
        if strangers := self._upcasters.keys() - self._classes.keys():
            raise ValueError(f"upcasters for names that are not in the table: {sorted(strangers)}")

    @classmethod
    def merged(cls, *tables: "Topics") -> "Topics":
        """One table for readers of the whole log."""
        classes: dict[str, type[Any]] = {}
        upcasters: dict[str, Sequence[Upcaster]] = {}
        for table in tables:
            if twice := classes.keys() & table.classes.keys():
                raise ValueError(f"two contexts use the same stored names: {sorted(twice)}")
            classes |= table.classes
            upcasters |= table.upcasters
        return cls(classes, upcasters)

    @property
    def classes(self) -> Mapping[str, type[Any]]:
        return self._classes

    @property
    def upcasters(self) -> Mapping[str, Sequence[Upcaster]]:
        return self._upcasters

    def name_of(self, event: type[Any]) -> str:
        try:
            return self._names[event]
        except KeyError:
            raise UnknownTopicError(f"{event.__qualname__} has no stored name") from None

    def schema_of(self, name: str) -> int:
        return len(self._upcasters.get(name, ())) + 1

    def decode(self, name: str, schema: int, data: msgspec.Raw) -> Any:
        """The event, from the JSON stored under this name in that schema."""
        try:
            decoder = self._decoders[name]
        except KeyError:
            raise UnknownTopicError(f"nothing is known under the stored name {name!r}") from None
        steps = self._upcasters.get(name, ())[schema - 1 :]
        if not steps:
            return decoder.decode(data)
        fields = msgspec.json.decode(data)
        for upcast in steps:
            fields = upcast(fields)
        return decoder.decode(msgspec.json.encode(fields))

"""The container, without its traps: what punq would pass over in silence is refused here."""

import inspect
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Self, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import punq
from msgspec import Struct

T = TypeVar("T")

_PLAIN = (int, float, str, bytes, UUID, Decimal, Path, datetime, date, timedelta, Enum, NoneType)


class CompositionError(Exception):
    """The wiring of the service is wrong; it never starts like this."""


class Composition:
    """Registers and resolves while the service is composed, once. Everything registered is a singleton.

    Refused: a second registration of one service (punq: the last wins), a port parameter with a default (punq: the
    default wins when nothing is registered), a factory that is no class (punq: it gets no dependencies).
    """

    def __init__(self) -> None:
        self._container = punq.Container()
        self._registered: set[Any] = set()

    def register(self, service: Any, adapter: Any = None, /, **plain: Any) -> Self:
        """`service` is made by the class `adapter` (by itself, if none is given); `plain` are its plain arguments."""
        factory = service if adapter is None else adapter
        if not inspect.isclass(factory):
            raise CompositionError(f"{factory!r} is no class: register what it makes with `instance`")
        require_no_optional_port(factory, given=plain)
        self._remember(service)
        self._container.register(service, _buildable(factory), scope=punq.Scope.singleton, **plain)
        return self

    def instance(self, service: Any, instance: Any) -> Self:
        self._remember(service)
        self._container.register(service, instance=instance)
        return self

    def resolve(self, service: Callable[..., T] | Any) -> Any:
        try:
            return self._container.resolve(service)
        except punq.MissingDependencyError as missing:
            raise CompositionError(str(missing)) from missing

    def make(self, kind: type[T]) -> T:
        """One of a class that nobody else depends on: a handler, a reaction."""
        require_no_optional_port(kind)
        try:
            return self._container.instantiate(_buildable(kind))
        except punq.MissingDependencyError as missing:
            raise CompositionError(f"{kind.__qualname__}: {missing}") from missing

    def _remember(self, service: Any) -> None:
        if service in self._registered:
            raise CompositionError(f"{service} is registered twice")
        self._registered.add(service)


def require_no_optional_port(factory: type[Any], given: dict[str, Any] | None = None) -> None:
    """Only plain values may have defaults; a port that is left at one would be a silent stand-in."""
    hints = get_type_hints(factory if issubclass(factory, Struct) else factory.__init__)
    for name, parameter in inspect.signature(factory).parameters.items():
        has_default = parameter.default is not parameter.empty and name not in (given or {})
        if has_default and not _is_plain(hints.get(name)):
            raise CompositionError(f"{factory.__qualname__}: the parameter {name!r} is a port and has a default")


def _buildable(factory: type[T]) -> type[T]:
    """A msgspec struct's constructor hides its annotations, so that punq would pass it nothing: show its fields."""
    if not issubclass(factory, Struct):
        return factory

    def build(_cls: type[Any], **fields: Any) -> Any:
        return factory(**fields)

    def shown(_self: Any, **_fields: Any) -> None:
        """Never called: what `build` returns is no instance of this class."""

    shown.__annotations__ = get_type_hints(factory)
    members: dict[str, Any] = {"__new__": build, "__init__": shown}
    return type(factory.__name__, (), members)


def _is_plain(hint: Any) -> bool:
    origin = get_origin(hint)
    if origin is Annotated:
        return _is_plain(get_args(hint)[0])
    if origin in (Union, UnionType):
        return all(_is_plain(part) for part in get_args(hint))
    if origin is not None:
        return origin in (tuple, list, dict, frozenset, set) and all(
            part is Ellipsis or _is_plain(part) for part in get_args(hint)
        )
    return isinstance(hint, type) and issubclass(hint, _PLAIN)

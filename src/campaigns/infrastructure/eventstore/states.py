"""From events to states, for any kind of aggregate."""

import zlib
from collections.abc import Callable, Iterable
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec

from campaigns.domain.shared.events import Event
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.eventstore.recorded import Recorded


class AggregateState(Protocol):
    """What the store asks of a state: a frozen msgspec struct with these three. `version` counts its events."""

    @property
    def id(self) -> UUID: ...
    @property
    def tenant_id(self) -> TenantId: ...
    @property
    def version(self) -> int: ...


State = TypeVar("State", bound=AggregateState)
Evolve = Callable[[Any, Any], State]
"""`evolve(state | None, event) -> state`; it need not count versions, the store does."""


class Folding(Generic[State]):
    """Folds events into states of one kind."""

    def __init__(self, kind: type[State], evolve: Evolve[State]) -> None:
        self.kind = kind
        self._evolve = evolve

    def step(self, state: State | None, event: Event, version: int) -> State:
        after = self._evolve(state, event)
        if after.version == version:
            return after
        return msgspec.structs.replace(after, version=version)  # type: ignore[type-var]  # states are structs

    def project(self, state: State | None, history: Iterable[Recorded]) -> State | None:
        """The library's projector: starts from a state, a snapshot, or nothing."""
        for recorded in history:
            if isinstance(recorded.payload, self.kind):
                state = recorded.payload
            else:
                state = self.step(state, recorded.payload, recorded.originator_version)
        return state

    def snapshot_topic(self) -> str:
        """Names the shape of the state, so that a snapshot of another shape is never read."""
        shape = msgspec.json.encode(msgspec.json.schema(self.kind), order="deterministic")
        return f"{self.kind.__name__.lower()}.snapshot.{zlib.crc32(shape):08x}"

"""The one way to load and record aggregates."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, cast
from uuid import UUID

import structlog
from eventsourcing.application import AggregateNotFoundError
from psycopg import AsyncConnection, AsyncCursor

from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import ConflictError, DependencyDownError
from campaigns.application.shared.messages import Receipt
from campaigns.domain.shared.errors import NotFoundError
from campaigns.domain.shared.events import Event
from campaigns.infrastructure.eventstore.appending import append
from campaigns.infrastructure.eventstore.application import Aggregates
from campaigns.infrastructure.eventstore.claims import Claims
from campaigns.infrastructure.eventstore.log import EventLog
from campaigns.infrastructure.eventstore.mapper import MsgspecMapper, StoredRecord
from campaigns.infrastructure.eventstore.recorded import Metadata, Recorded
from campaigns.infrastructure.eventstore.recorder import SnapshotRecorder
from campaigns.infrastructure.eventstore.saves import NO_CLAIMS
from campaigns.infrastructure.eventstore.states import Evolve, Folding, State
from campaigns.infrastructure.eventstore.topics import Topics

log = structlog.get_logger(__name__)


class EventStore(Generic[State]):
    """Loads and records one kind of aggregate, for the caller's tenant alone.

    Events come back as DependencyDownError("postgres") when Postgres is away. The first event must let `evolve` know
    the aggregate's id and tenant.
    """

    def __init__(
        self,
        log: EventLog,
        topics: Topics,
        kind: type[State],
        evolve: Evolve[State],
        not_found: type[NotFoundError],
        *,
        cached: int = 10_000,
        snapshot_every: int = 100,
    ) -> None:
        self._log = log
        self._folding = Folding(kind, evolve)
        self._not_found = not_found
        self._snapshot_every = snapshot_every
        snapshot_topic = self._folding.snapshot_topic()
        self._mapper = MsgspecMapper(Topics.merged(topics, Topics({snapshot_topic: kind})))
        snapshots = SnapshotRecorder(log.reader, snapshot_topic)
        self._aggregates = Aggregates(self._mapper, log.recorder, snapshots, cached)

    async def load(self, aggregate_id: UUID, caller: Caller, *, fresh: bool = False) -> State:
        """The state; from the cache without I/O, unless `fresh` (or the caller's `fresh`) asks for the newest.

        NotFoundError when there is none, or when it is another tenant's.
        """
        state = self._cached(aggregate_id)
        if state is None or fresh or caller.fresh:
            state = await asyncio.to_thread(self._get, aggregate_id)
        return self._of_tenant(state, aggregate_id, caller)

    async def load_at(
        self, aggregate_id: UUID, caller: Caller, *, version: int | None = None, at: datetime | None = None
    ) -> State:
        """The state as it was after `version` events, or at an instant; NotFoundError when there was none yet."""
        history = await self.history(aggregate_id, caller)
        wanted = [
            recorded
            for recorded in history
            if (version is None or recorded.originator_version <= version) and (at is None or recorded.payload.at <= at)
        ]
        return self._of_tenant(self._folding.project(None, wanted), aggregate_id, caller)

    async def history(self, aggregate_id: UUID, caller: Caller) -> list[Recorded]:
        """Everything recorded about it, in order, with positions; NotFoundError as in `load`."""
        stored = await asyncio.to_thread(self._log.recorder.select_events, aggregate_id)
        history = [self._mapper.to_recorded(event, event.id) for event in stored]
        if any(recorded.tenant_id != caller.tenant_id for recorded in history) or not history:
            raise self._missing(aggregate_id)
        return history

    async def record(
        self, before: State | None, events: Sequence[Event], caller: Caller, claims: Claims = NO_CLAIMS
    ) -> Receipt:
        """Record what was decided on `before` (None: a new aggregate), all or nothing.

        ConflictError when somebody recorded first, ClaimTakenError or ClaimLimitError when a claim is not granted.
        Repeating a command that was recorded at this very version gives its receipt.
        """
        if before is not None and not events:
            return Receipt(id=before.id, version=before.version, position=0)
        after, records = self._decided(before, events, caller)
        try:
            position = await self._log.save(records, claims)
        except (ConflictError, DependencyDownError):
            self._forget(after.id)
            raise
        self._remember(after)
        await self._maybe_snapshot(before, after, caller)
        return Receipt(id=after.id, version=after.version, position=position)

    async def append_within(
        self,
        cursor: AsyncCursor[Any] | AsyncConnection[Any],
        before: State | None,
        events: Sequence[Event],
        caller: Caller,
        claims: Claims = NO_CLAIMS,
    ) -> Receipt:
        """`record` inside the caller's transaction (Database.system), which must be rolled back when this raises.

        From here to its commit every other writer of the log waits: do this last.
        """
        after, records = self._decided(before, events, caller)
        self._forget(after.id)
        position = await append(cursor, records, claims)
        return Receipt(id=after.id, version=after.version, position=position)

    def _decided(
        self, before: State | None, events: Sequence[Event], caller: Caller
    ) -> tuple[State, list[StoredRecord]]:
        metadata, recorded_at = Metadata.of(caller), self._log.clock.now()
        state, first = before, 1 if before is None else before.version + 1
        for version, event in enumerate(events, first):
            state = self._folding.step(state, event, version)
        if state is None:
            raise ValueError("a new aggregate needs an event")
        self._of_tenant(state, state.id, caller)
        records = [
            self._mapper.to_stored_event(
                cast("Any", Recorded(state.id, version, recorded_at, metadata, event)),
            )
            for version, event in enumerate(events, first)
        ]
        return state, records

    def _of_tenant(self, state: State | None, aggregate_id: UUID, caller: Caller) -> State:
        if state is None or state.tenant_id != caller.tenant_id:
            raise self._missing(aggregate_id)
        return state

    def _missing(self, aggregate_id: UUID) -> NotFoundError:
        return self._not_found(f"There is no {self._folding.kind.__name__.lower()} {aggregate_id}.")

    def _get(self, aggregate_id: UUID) -> State | None:
        try:
            state: State = self._aggregates.repository.get(
                aggregate_id, projector_func=cast("Any", self._folding.project)
            )
        except AggregateNotFoundError:
            return None
        self._remember(state)
        return state

    def _cached(self, aggregate_id: UUID) -> State | None:
        cache = self._aggregates.repository.cache
        try:
            return cast("State", cache.get(aggregate_id)) if cache else None
        except KeyError:
            return None

    def _remember(self, state: State) -> None:
        """Keep the newest; the library keeps the state it found, since it expects states that change in place."""
        cache = self._aggregates.repository.cache
        known = self._cached(state.id)
        if cache and (known is None or known.version < state.version):
            cache.put(state.id, cast("Any", state))

    def _forget(self, aggregate_id: UUID) -> None:
        if self._cached(aggregate_id) is not None and self._aggregates.repository.cache:
            self._aggregates.repository.cache.get(aggregate_id, evict=True)

    async def _maybe_snapshot(self, before: State | None, after: State, caller: Caller) -> None:
        start = 0 if before is None else before.version
        if self._aggregates.snapshots is None or start // self._snapshot_every == after.version // self._snapshot_every:
            return
        snapshot = Recorded(after.id, after.version, self._log.clock.now(), Metadata.of(caller), after)
        try:
            await asyncio.to_thread(self._aggregates.snapshots.put, [cast("Any", snapshot)])
        except DependencyDownError as error:
            log.warning("no snapshot was taken", aggregate=str(after.id), error=error.detail)

"""A small aggregate to try the store with: a lamp that is switched on and off."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from msgspec import Struct
from msgspec.structs import replace

from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.shared.errors import NotFoundError
from campaigns.domain.shared.events import Event
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.eventstore import EventLog, EventStore, Topics

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class LampInstalled(Event, frozen=True, kw_only=True):
    lamp_id: UUID
    tenant_id: str
    room: str
    watts: int


class LampSwitched(Event, frozen=True, kw_only=True):
    on: bool


LampEvent = LampInstalled | LampSwitched


class Lamp(Struct, frozen=True, kw_only=True):
    id: UUID
    tenant_id: TenantId
    version: int = 1
    room: str
    watts: int
    on: bool = False
    switched: int = 0

    def switch(self) -> LampSwitched:
        return LampSwitched(at=NOON, by="tester", on=not self.on)


def evolve(state: Lamp | None, event: LampEvent) -> Lamp:
    if isinstance(event, LampInstalled):
        return Lamp(id=event.lamp_id, tenant_id=TenantId(event.tenant_id), room=event.room, watts=event.watts)
    assert state is not None
    return replace(state, version=state.version + 1, on=event.on, switched=state.switched + 1)


class LampNotFoundError(NotFoundError):
    code = "lamp.not_found"


def _with_watts(fields: dict[str, object]) -> dict[str, object]:
    return {"watts": 60, **fields}


TOPICS = Topics(
    {"lamp.installed": LampInstalled, "lamp.switched": LampSwitched}, upcasters={"lamp.installed": (_with_watts,)}
)


class FixedClock:
    def now(self) -> datetime:
        return NOON


def lamps(log: EventLog, *, snapshot_every: int = 100) -> EventStore[Lamp]:
    return EventStore(log, TOPICS, Lamp, evolve, LampNotFoundError, snapshot_every=snapshot_every)


def caller(tenant: str = "acme", command_id: UUID | None = None, *, fresh: bool = False) -> Caller:
    return Caller(
        tenant_id=TenantId(tenant),
        principal="tester",
        scopes=frozenset(Scope),
        command_id=command_id or uuid4(),
        correlation_id="test",
        fresh=fresh,
    )


def installed(tenant: str = "acme", room: str = "hall") -> LampInstalled:
    return LampInstalled(at=NOON, by="tester", lamp_id=uuid4(), tenant_id=tenant, room=room, watts=40)

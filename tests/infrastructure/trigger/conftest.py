"""Triggers over a real database: events come in, decisions and gathered people come out."""

import itertools
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from campaigns.application.trigger.asking import Asking
from campaigns.application.trigger.evaluating import EventEvaluation
from campaigns.application.trigger.gathering import TriggeredPeople
from campaigns.application.trigger.ports import DueCampaign, ReportedEvent
from campaigns.domain.audience.predicate import compiled
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId, TriggerId, UserId
from campaigns.domain.trigger.deciding import Bystander
from campaigns.domain.trigger.rules import TriggerOrders, WrittenTrigger
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import TimeOrderedIds
from campaigns.infrastructure.trigger.evaluations import PostgresEvaluations
from campaigns.infrastructure.trigger.gatherings import PostgresGatherings
from campaigns.infrastructure.trigger.outside_events import PostgresOutsideEvents
from campaigns.infrastructure.trigger.reading_books import TriggerBookReader

ACME = TenantId("acme")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class SetClock:
    def __init__(self) -> None:
        self.at = datetime(2027, 3, 10, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class NamedPeople:
    """Everybody is in every audience, but those of `outside`."""

    def __init__(self) -> None:
        self.outside: set[str] = set()

    async def profiles(self, tenant_id: TenantId, user_ids: Sequence[UserId]) -> Mapping[UserId, Mapping[str, Any]]:
        assert list(user_ids) == sorted(set(user_ids))
        return {user_id: {"user_id": user_id} for user_id in user_ids}

    async def standing(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        orders: TriggerOrders,
        profiles: Mapping[UserId, Mapping[str, Any]],
        now: datetime,
    ) -> Mapping[UserId, Bystander]:
        return {user_id: Bystander(in_audience=user_id not in self.outside) for user_id in profiles}


class NotedRuns:
    """Notes which runs were begun; `failing` ones are not."""

    def __init__(self) -> None:
        self.begun: list[ExecutionId] = []
        self.failing = 0

    async def begin(self, campaign: DueCampaign, execution_id: ExecutionId, at: datetime) -> None:
        if self.failing:
            self.failing -= 1
            raise RuntimeError("the process died here")
        self.begun.append(execution_id)


class World:
    """One tenant with one campaign of one trigger."""

    def __init__(self, url: str, database: Database) -> None:
        self.url, self.database, self.clock = url, database, SetClock()
        self.campaign_id = CampaignId(uuid.uuid4())
        self.trigger_id = TriggerId(uuid.uuid4())
        self.people, self.runs = NamedPeople(), NotedRuns()
        self.orders: TriggerOrders | None = None
        self._numbers = itertools.count()

    def listens(self, *, since: int = 0, active: bool = True, **trigger: Any) -> None:
        """The campaign's trigger, from this position of the event log on."""
        written = WrittenTrigger(trigger_id=self.trigger_id, **{"event_type": "signed_up", **trigger})
        orders = TriggerOrders(triggers=(written,))
        self.orders = orders if active else None
        says = msgspec.json.encode(orders).decode()
        asked = {"campaign": self.campaign_id, "since": since, "active": active, "says": says}
        asked["at"] = self.clock.now()
        self.query(
            "update trigger_books set until = %(since)s where campaign_id = %(campaign)s and until is null", asked
        )
        self.query(
            "insert into trigger_books (tenant_id, campaign_id, since, began_at, active, orders) "
            "values ('acme', %(campaign)s, %(since)s, %(at)s, %(active)s, %(says)s)",
            asked,
        )
        self.query(
            "insert into trigger_book_heads (tenant_id, position) values ('acme', %(since)s) "
            "on conflict (tenant_id) do update set position = excluded.position",
            asked,
        )

    async def of(self, campaign: DueCampaign) -> TriggerOrders | None:
        return self.orders

    async def happened(self, *people: str, event_type: str = "signed_up", ids: Sequence[str] = (), **data: Any) -> int:
        names = ids or [f"e{next(self._numbers)}" for _ in people]
        events = [
            ReportedEvent(event_id=name, event_type=event_type, user_id=UserId(one), at=self.clock.now(), data=data)
            for name, one in zip(names, people, strict=True)
        ]
        return await PostgresOutsideEvents(self.database).add(ACME, events, self.clock.now())

    def evaluation(self) -> EventEvaluation:
        return EventEvaluation(PostgresEvaluations(self.database, TriggerBookReader()), Asking(self.people), self.clock)

    def gathering(self) -> TriggeredPeople:
        return TriggeredPeople(
            gatherings=PostgresGatherings(self.database, seconds=5),
            orders=self,
            bystanders=self.people,
            runs=self.runs,
            clock=self.clock,
            ids=TimeOrderedIds(),
            compiled=compiled,
        )

    def later(self, **by: float) -> None:
        self.clock.at += timedelta(**by)

    def outcomes(self) -> dict[int, int]:
        """How many decisions there are of each outcome."""
        return dict(self.query("select outcome, count(*)::int from trigger_decisions group by 1 order by 1", {}))

    def gathered(self) -> dict[Any, list[str]]:
        """User ids by the run that they were gathered for."""
        rows = self.query(
            "select execution_id, array_agg(user_id order by user_id) from trigger_decisions "
            "where execution_id is not null group by 1",
            {},
        )
        return dict(rows)

    def query(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            connection.execute("set role campaigns_system")
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with Database(database_url) as database:
        yield World(database_url, database)

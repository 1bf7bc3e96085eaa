"""P5: events against triggers with conditions, frequency limits and history, against decoding the same events.

Ours reads the same bytes, finds the triggers, asks their conditions, counts against their limits and writes what is to
be stored: the decisions, and the numbers of the evaluated events, from which the rest of the history follows. P5g is
what 10,000 triggers cost against 200: fifty times as many are met, too. P5i is the same with no more met than of the
200: what finding them costs. P5d is the 200 through Postgres: taken out of the line, evaluated, stored.
"""

import asyncio
import gc
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from benchmarks.reporting import line
from benchmarks.servers import durable_postgres
from campaigns.application.trigger.asking import Asking
from campaigns.application.trigger.evaluating import EventEvaluation
from campaigns.domain.audience.predicate import compiled
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.ids import CampaignId, TenantId, TriggerId, UserId
from campaigns.domain.trigger.deciding import Bystander, Decision, decide
from campaigns.domain.trigger.events import OutsideEvent
from campaigns.domain.trigger.frequency import Frequency
from campaigns.domain.trigger.index import TriggerIndex
from campaigns.domain.trigger.rules import TriggerOrders, TriggerRule, WrittenTrigger
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock
from campaigns.infrastructure.trigger.evaluations import PostgresEvaluations
from campaigns.infrastructure.trigger.reading_books import TriggerBookReader

ID = "P5"
RUNS, EVENTS, TYPES, PLANS, PEOPLE = 7, 100_000, 20, 1_000, 20_000
TRIGGERS = (1, 10, 100, 200, 1_000, 10_000)
PER_CAMPAIGN = 20
NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
ACME = TenantId("acme")
SOMEBODY = Bystander()
DECODER = msgspec.json.Decoder(OutsideEvent)


def run() -> Iterable[str]:
    written = _events()
    taken = {count: list[float]() for count in TRIGGERS}
    floor, unmet, acted = list[float](), list[float](), dict[int, int]()
    indexes = {count: TriggerIndex([_rule(n) for n in range(count)], compiled) for count in TRIGGERS}
    hardly_met = TriggerIndex([_rule(n, met=200) for n in range(10_000)], compiled)
    gc.freeze()
    for _ in range(RUNS):
        floor.append(_timed(lambda: [DECODER.decode(one) for one in written])[0])
        for count, index in indexes.items():
            seconds, acted[count] = _timed(lambda index=index: len(_evaluate(written, index)))
            taken[count].append(seconds)
        unmet.append(_timed(lambda: _evaluate(written, hardly_met))[0])
    decoding = statistics.median(floor)
    for count in TRIGGERS:
        ours = statistics.median(taken[count])
        ratio = statistics.median(one / bare for one, bare in zip(taken[count], floor, strict=True))
        name = ID if count == 200 else f"{ID}-{count}"
        rate = f"{EVENTS / ours:.0f}/s"
        yield line(name, "<=4", ratio, floor=f"{decoding:.2f}s", ours=f"{ours:.2f}s", rate=rate, decisions=acted[count])
    growth = statistics.median(many / some for many, some in zip(taken[10_000], taken[200], strict=True))
    yield line(f"{ID}g", "<=2", growth, triggers="10000/200", runs=RUNS)
    finding = statistics.median(many / some for many, some in zip(unmet, taken[200], strict=True))
    yield line(f"{ID}i", "<=2", finding, triggers="10000/200", met=200, runs=RUNS)
    with durable_postgres() as url:
        yield asyncio.run(_stored(url, written, decoding))


def _evaluate(written: Sequence[bytes], index: TriggerIndex) -> list[Decision]:
    """As `EventEvaluation` does, without what only Postgres and the audience know."""
    frequency, evaluated = Frequency({}), defaultdict[str, list[int]](list)
    decisions = list[Decision]()
    for one in written:
        event = DECODER.decode(one)
        evaluated[event.event_type].append(event.event_no)
        for listener in index.concerned(event, NOW):
            decisions.append(decide(listener.rule, event, SOMEBODY, frequency, NOW))
    return decisions


def _events() -> list[bytes]:
    chance = random.Random(5)
    return [
        msgspec.json.encode(
            OutsideEvent(
                event_no=number,
                event_id=f"event-{number:012d}",
                event_type=f"shop.{chance.randrange(TYPES)}",
                user_id=UserId(f"u{chance.randrange(PEOPLE):08d}"),
                at=NOW - timedelta(seconds=chance.randrange(3_600)),
                data={
                    "plan": f"plan-{chance.randrange(PLANS)}",
                    "amount": chance.randrange(1_000) / 10,
                    "currency": "EUR",
                    "first": chance.random() < 0.1,
                },
            )
        )
        for number in range(1, EVENTS + 1)
    ]


def _written(number: int, met: int | None = None) -> WrittenTrigger:
    """Beyond the first `met` no event says what it waits for."""
    plan = f"plan-{number // TYPES}" if met is None or number < met else f"nobody's plan {number}"
    criteria: dict[str, Any] = {
        "all": [
            {"field": "event.amount", "operator": "greater_than", "value": 50},
            {"field": "event.plan", "operator": "equals", "value": plan},
        ]
    }
    return WrittenTrigger(
        trigger_id=TriggerId(UUID(int=number + 1)), event_type=f"shop.{number % TYPES}", criteria=criteria
    )


def _rule(number: int, met: int | None = None) -> TriggerRule:
    written = _written(number, met)
    return TriggerRule(
        trigger_id=written.trigger_id,
        campaign_id=CampaignId(UUID(int=number // PER_CAMPAIGN)),
        event_type=written.event_type,
        criteria=parse(written.criteria),
        delay=timedelta(),
        frequency_limit=1,
        frequency_window=timedelta(hours=24),
        quiet_hours=None,
        zone="UTC",
    )


def _timed(work: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


class _Everybody:
    """Everybody is in every audience: what the audience costs is measured elsewhere."""

    async def profiles(self, _tenant_id: Any, user_ids: Any) -> Any:
        return {user_id: {"user_id": user_id} for user_id in user_ids}

    async def standing(self, _tenant: Any, _campaign: Any, _orders: Any, profiles: Any, _now: Any) -> Any:
        return dict.fromkeys(profiles, SOMEBODY)


async def _stored(url: str, written: Sequence[bytes], decoding: float) -> str:
    await asyncio.to_thread(_fill, url, written)
    database = Database(url)
    async with database:
        work = EventEvaluation(PostgresEvaluations(database, TriggerBookReader()), Asking(_Everybody()), SystemClock())
        began = time.perf_counter()
        while await work.step():
            pass
        taken = time.perf_counter() - began
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        (kept,) = connection.execute("select count(*) from trigger_decisions").fetchone() or (0,)
        counted = connection.execute("select sum(cardinality(event_nos))::int from trigger_evaluations").fetchone()
    assert counted == (EVENTS,), counted
    figures = {"floor": f"{decoding:.2f}s", "ours": f"{taken:.2f}s", "rate": f"{EVENTS / taken:.0f}/s"}
    return line(f"{ID}d", "<=40", taken / decoding, **figures, triggers=200, decisions=kept, durable="yes")


def _fill(url: str, written: Sequence[bytes]) -> None:
    orders = [[_written(n) for n in range(first, first + PER_CAMPAIGN)] for first in range(0, 200, PER_CAMPAIGN)]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("set role campaigns_system")
        for number, triggers in enumerate(orders):
            says = msgspec.json.encode(TriggerOrders(triggers=tuple(triggers))).decode()
            cursor.execute(
                "insert into trigger_books (tenant_id, campaign_id, since, active, orders) "
                "values (%s, %s, 0, true, %s)",
                (ACME, UUID(int=number), says),
            )
        cursor.execute("insert into trigger_book_heads (tenant_id, position) values (%s, 0)", (ACME,))
        cursor.execute("create temporary table given (no bigint, event jsonb) on commit drop")
        with cursor.copy("copy given from stdin") as copy:
            for number, event in enumerate(written, 1):
                copy.write_row((number, event.decode()))
        cursor.execute(
            "insert into outside_events (tenant_id, event_no, event_id, event_type, user_id, at, data, received_at) "
            "overriding system value select %s, no, event ->> 'event_id', event ->> 'event_type', event ->> 'user_id', "
            "(event ->> 'at')::timestamptz, event -> 'data', now() from given",
            (ACME,),
        )
        cursor.execute("insert into events_to_evaluate select %s, no, 0, false from given", (ACME,))

"""What the sampler says of a real queue and real followers."""

import asyncio
import json
import math
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

import psycopg
import pytest
import structlog
from prometheus_client import CollectorRegistry

from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.telemetry.queue_state import Follows, Queue, State
from campaigns.infrastructure.telemetry.sampling import StateGauges, StateSampler

_EXECUTION = """
    insert into executions (tenant_id, execution_id, execution_no, campaign_id, kind, status, planned_for, created_at,
      started_at, finished_at)
    values ('acme', %s, %s, %s, 'manual', %s, now(), now(), now() - interval '90 s',
      case when %s = 'completed' then now() end)"""
_BATCHES = """
    insert into batches (tenant_id, execution_no, batch_no, seq_from, seq_to, release_at, state, intended_to, sent,
      uncertain, deferred)
    select 'acme', %s, n, n * 100 + 1, n * 100 + 100, now() - make_interval(secs => %s), %s, n * 100 + %s, %s, %s, %s
      from generate_series(%s::integer, %s::integer) n"""


def execution(url: str, number: int, status: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute(_EXECUTION, (uuid.uuid4(), number, uuid.uuid4(), status, status))


def batches(
    url: str,
    number: int,
    first: int,
    last: int,
    *,
    age: float = 60,
    state: str = "waiting",
    intended: int = 0,
    sent: int = 0,
    uncertain: int = 0,
    deferred: int = 0,
) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute(_BATCHES, (number, age, state, intended, sent, uncertain, deferred, first, last))


def sampled(url: str, also: Callable[[StateSampler], Coroutine[Any, Any, None]] | None = None) -> CollectorRegistry:
    registry = CollectorRegistry()

    async def run() -> None:
        async with Database(url) as database:
            sampler = StateSampler(database, Instruments(registry))
            await sampler.step()
            if also is not None:
                await also(sampler)

    asyncio.run(run())
    return registry


def by_state(registry: CollectorRegistry, name: str) -> dict[str, float]:
    families = {family.name: family for family in registry.collect()}
    return {next(iter(sample.labels.values())): sample.value for sample in families[name].samples}


def test_the_queue_is_told_by_state(database_url: str) -> None:
    execution(database_url, 1, "running")
    execution(database_url, 2, "paused")
    batches(database_url, 1, 0, 2)
    batches(database_url, 1, 3, 3, age=-3_600)
    batches(database_url, 1, 4, 4, state="sending", intended=50, sent=30, uncertain=5, deferred=5)
    batches(database_url, 1, 5, 5, state="done", intended=100, sent=93, uncertain=7)
    batches(database_url, 2, 0, 9)
    registry = sampled(database_url)
    assert by_state(registry, "campaigns_queue_batches") == {"waiting": 11, "released": 3, "sending": 1}
    assert by_state(registry, "campaigns_queue_messages") == {
        "waiting": 1_100,
        "released": 350,
        "sending": 10,
        "deferred": 5,
        "uncertain": 12,
    }
    assert registry.get_sample_value("campaigns_queue_oldest_released_seconds") == pytest.approx(60, abs=30)
    assert by_state(registry, "campaigns_executions_open") == {"pending": 0, "running": 1, "paused": 1}


def test_followers_are_told_with_the_active_generation_alone(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute("update feed_head set position = 70")
        connection.execute("update ledger_head set append_no = 40")
        connection.execute("insert into followers values ('relay:events', 65)")
        connection.execute(
            "insert into ledger_followers values ('metrics:1', 40), ('metrics:2', 3), ('relay:messages', 4)"
        )
    registry = sampled(database_url)
    lag = by_state(registry, "campaigns_follower_lag_positions")
    assert lag == {"relay:events": 5, "metrics": 0, "relay:messages": 36}
    assert by_state(registry, "campaigns_log_position") == {"events": 70, "ledger": 40}


def test_an_execution_that_ends_is_counted_once(database_url: str) -> None:
    execution(database_url, 1, "completed")

    async def goes_on(sampler: StateSampler) -> None:
        await asyncio.to_thread(execution, database_url, 2, "completed")
        await sampler.step()
        await sampler.step()

    registry = sampled(database_url, goes_on)
    labels = {"type": "manual", "status": "completed"}
    assert registry.get_sample_value("campaign_execution_duration_seconds_count", labels) == 1
    assert registry.get_sample_value("campaign_execution_duration_seconds_sum", labels) == pytest.approx(90, abs=5)


def test_a_process_that_no_longer_looks_shows_no_number(database_url: str) -> None:
    async def loses_the_lease(sampler: StateSampler) -> None:
        stopping = asyncio.Event()
        stopping.set()
        await sampler.run(stopping)

    registry = sampled(database_url, loses_the_lease)
    values = [sample.value for family in registry.collect() for sample in family.samples if family.type == "gauge"]
    assert values
    assert all(map(math.isnan, values))


def test_whoever_falls_far_behind_is_named_once_and_again_when_it_has_caught_up() -> None:
    gauges = StateGauges(Instruments(CollectorRegistry()))

    def state(end: int, position: int) -> State:
        follower = (Follows("ledger", "metrics", position),)
        return State(Queue({}, {}, 0.0), {}, 0, {}, 0, {"events": 0, "ledger": end}, follower, ())

    with structlog.testing.capture_logs() as logs:
        for now, end, position in ((0, 9, 9), (5, 50, 9), (70, 90, 9), (75, 95, 9), (80, 95, 95)):
            gauges.show(state(end, position), now)
    assert [(line["event"], line.get("positions")) for line in logs] == [
        ("follower_far_behind", 81),
        ("follower_caught_up", None),
    ]


def test_ten_thousand_open_batches_among_a_hundred_thousand_are_looked_at_by_their_index(database_url: str) -> None:
    execution(database_url, 1, "running")
    execution(database_url, 2, "completed")
    batches(database_url, 2, 0, 60_000, state="done", intended=100, sent=100)
    batches(database_url, 1, 0, 9_999)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("vacuum analyze batches")
        connection.execute("set role campaigns_system")
        statement = "explain (format json) select * from batches where state = 'waiting'"
        row = connection.execute(statement.encode()).fetchone()
    assert "batches_waiting" in json.dumps(row)
    assert by_state(sampled(database_url), "campaigns_queue_batches")["released"] == 10_000

"""P14: one look for ten erased people in ten million profiles and a million events, against reading both once.

Two looks and the twenty seconds between them have to fit into a minute.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import nats
import pyarrow.parquet as pq
from nats.js.api import AckPolicy, ConsumerConfig

from benchmarks._launching import TENANT, make_people
from benchmarks.reporting import line
from benchmarks.servers import durable_nats, durable_postgres
from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.shared.ids import UserId
from campaigns.infrastructure.audience.datasets import PEOPLE, Datasets
from campaigns.infrastructure.audience.erasing.places.datasets import DatasetFiles
from campaigns.infrastructure.audience.erasing.places.streams import Streams
from campaigns.infrastructure.nats.batch import BatchPublisher, Publication
from campaigns.infrastructure.nats.connection import NatsAccess, NatsConnection
from campaigns.infrastructure.nats.named_messages import HEADER, named
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

ID = "P14"
PROFILES, EVENTS, ERASED, RUNS = 10_000_000, 1_000_000, 10, 3
_PER_MESSAGE = 100


def run() -> Iterable[str]:
    with tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder:
        datasets = make_people(Path(folder), PROFILES)
        pairs = [asyncio.run(_dataset_look(datasets, run)) for run in range(RUNS)]
    yield _line(f"{ID}-profiles", pairs, profiles=PROFILES)
    with durable_postgres() as postgres, durable_nats() as url:
        yield _line(f"{ID}-events", asyncio.run(_stream_looks(postgres, url)), events=EVENTS)


async def _dataset_look(datasets: Datasets, run: int) -> tuple[float, float]:
    current = datasets.current(TENANT)
    assert current is not None
    began = time.perf_counter()
    with pq.ParquetFile(datasets.path(TENANT, PEOPLE, current)) as file:
        for group in range(file.num_row_groups):
            file.read_row_group(group)
    floor = time.perf_counter() - began
    began = time.perf_counter()
    assert await DatasetFiles(datasets).forget(TENANT, _people(run)) == ERASED
    return floor, time.perf_counter() - began


def _people(run: int) -> list[Forgotten]:
    numbers = (run + RUNS * PROFILES // ERASED // RUNS * number for number in range(ERASED))
    return [Forgotten(user_id=UserId(f"u{number:09d}"), pseudonym=f"erased:{number}") for number in numbers]


async def _stream_looks(postgres: str, url: str) -> list[tuple[float, float]]:
    async with NatsConnection(NatsAccess(url=url)) as connection, Database(postgres) as database:
        publisher = BatchPublisher(connection)
        await Output(connection, "CAMPAIGNS", "campaign").ensured()
        for first in range(0, EVENTS, 1_000 * _PER_MESSAGE):
            starts = range(first, first + 1_000 * _PER_MESSAGE, _PER_MESSAGE)
            await publisher.publish([_batch(start) for start in starts])
        streams = Streams(connection, publisher, database, Settings(nats_url=url))
        await _remember_an_early_run(database)
        return [(await _read(url), await _timed_look(streams, run)) for run in range(RUNS)]


async def _remember_an_early_run(database: Database) -> None:
    """Of everybody who is erased: the whole stream has to be read."""
    async with database.system() as connection:
        await connection.execute(
            """insert into executions
                 (tenant_id, execution_id, execution_no, campaign_id, kind, status, planned_for, created_at)
               values (%s, gen_random_uuid(), 1, gen_random_uuid(), 'manual', 'completed', %s, %s)""",
            (TENANT, *[datetime(2020, 1, 1, tzinfo=UTC)] * 2),
        )
        await connection.execute(
            "insert into erased_messages select %s, 'erased:' || n, 1, n from generate_series(0, %s) n",
            (TENANT, EVENTS),
        )


def _batch(first: int) -> Publication:
    """As the relay publishes them: a hundred events about a hundred people."""
    event = (
        '{{"specversion":"1.0","id":"1-{0}.sent.{0}","source":"/campaigns","type":"campaign.message.sent","subject":"c",'
        '"tenantid":"acme","sequence":{0},"data":{{"campaign_id":"0192f000-0000-7000-8000-000000000000",'
        '"execution_id":"0192f000-0000-7000-8000-000000000001","message_id":"1-{0}","user_id":"u{0:09d}",'
        '"channel":"email","variant":0,"occurred_at":"2026-11-21T15:00:00Z"}}}}'
    )
    body = f"[{','.join(event.format(number) for number in range(first, first + _PER_MESSAGE))}]".encode()
    headers = {HEADER: named(f"1-{number}.sent.{number}" for number in range(first, first + _PER_MESSAGE))}
    return Publication("campaign.message.sent", body, f"batch.{first}", headers)


async def _read(url: str) -> float:
    client = await nats.connect(url)
    began = time.perf_counter()
    consumer = await client.jetstream().pull_subscribe(
        ">", stream="CAMPAIGNS", config=ConsumerConfig(ack_policy=AckPolicy.NONE)
    )
    waiting = (await consumer.consumer_info()).num_pending or 0
    while waiting:
        messages = await consumer.fetch(min(waiting, 200), timeout=10)
        waiting -= len(messages)
    taken = time.perf_counter() - began
    await client.close()
    return taken


async def _timed_look(streams: Streams, run: int) -> float:
    began = time.perf_counter()
    numbers = [run + EVENTS // ERASED * number for number in range(ERASED)]
    people = [Forgotten(user_id=UserId(f"u{n:09d}"), pseudonym=f"erased:{n}") for n in numbers]
    assert await streams.forget(TENANT, people) == ERASED
    return time.perf_counter() - began


def _line(name: str, pairs: list[tuple[float, float]], **figures: object) -> str:
    floor, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(ours / floor for floor, ours in pairs)
    details = {"floor": f"{floor:.2f}s", "ours": f"{ours:.2f}s", "erased": ERASED, "runs": RUNS}
    return line(name, "<=10", ratio, **details, **figures)

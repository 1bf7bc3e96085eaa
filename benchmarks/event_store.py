"""S1: saves from 64 threads, our group-committing recorder against the library's own, both durable."""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from benchmarks.reporting import line
from benchmarks.servers import durable_postgres
from campaigns.infrastructure.eventstore.mapper import StoredRecord
from campaigns.infrastructure.eventstore.reading import Reader
from campaigns.infrastructure.eventstore.recorder import GroupCommittingRecorder
from campaigns.infrastructure.eventstore.writer import GroupWriter

ID = "S1"
RUNS, THREADS, SECONDS = 5, 64, 2.0
STATE = b'{"at":"2026-03-01T12:00:00Z","meta":{"tenant_id":"acme"},"data":{"at":"2026-03-01T12:00:00Z","by":"k"}}' * 2


def run() -> Iterable[str]:
    with durable_postgres() as url, _librarys(url) as library, _ours(url) as ours:
        for threads in (1, THREADS):
            floors, rates = [], []
            for _ in range(RUNS):  # interleaved: both see the same weather
                floors.append(_rate(library, threads, _plain))
                rates.append(_rate(ours, threads, _with_tenant))
            floor, rate = statistics.median(floors), statistics.median(rates)
            yield line(
                ID, ">=3" if threads > 1 else ">=1", rate / floor, library=f"{floor:.0f}/s", ours=f"{rate:.0f}/s",
                threads=threads, runs=RUNS,
            )  # fmt: skip


def _rate(recorder: ApplicationRecorder, threads: int, event: Callable[[], StoredEvent]) -> float:
    end = time.monotonic() + SECONDS

    def save_until_the_end(_: int) -> int:
        saved = 0
        while time.monotonic() < end:
            recorder.insert_events([event()])
            saved += 1
        return saved

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(save_until_the_end, range(threads))) / SECONDS


def _plain() -> StoredEvent:
    return StoredEvent(uuid4(), 1, "lamp.switched", STATE)


def _with_tenant() -> StoredEvent:
    return StoredRecord(uuid4(), 1, "lamp.switched", STATE, "acme", uuid4())


@contextmanager
def _ours(url: str) -> Iterator[ApplicationRecorder]:
    writer, reader = GroupWriter(url), Reader(url)
    writer.open()
    try:
        yield GroupCommittingRecorder(writer, reader)
    finally:
        writer.close()


@contextmanager
def _librarys(url: str) -> Iterator[ApplicationRecorder]:
    at = conninfo_to_dict(url)
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(at["dbname"]),
        "POSTGRES_HOST": str(at["host"]),
        "POSTGRES_PORT": str(at.get("port") or 5432),
        "POSTGRES_USER": str(at["user"]),
        "POSTGRES_PASSWORD": str(at.get("password") or ""),
        "POSTGRES_POOL_SIZE": "16",
        "POSTGRES_MAX_OVERFLOW": "64",
        "POSTGRES_SCHEMA": "public",
    }
    factory = PostgresFactory(Environment("Library", environment))
    try:
        yield factory.application_recorder()
    finally:
        factory.close()

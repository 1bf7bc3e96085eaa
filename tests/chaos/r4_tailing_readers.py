"""R4: followers see each event once, in order.

16 writers in four processes record batches of one to twenty events, now and then in a longer transaction of their own,
while two followers read on: one by hints, one that is stopped and started again and again. Each writer keeps its own
list of what was acknowledged.

As a program this is one process of writers: `python -m tests.chaos.r4_tailing_readers URL FILE EVENTS SEED`.
"""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncCursor
from tests.chaos.outcome import Outcome, least, total
from tests.chaos.serving import own_servers, scratch
from tests.infrastructure.eventstore.lamps import TOPICS, FixedClock, Lamp, caller, evolve, installed, lamps
from tests.support.followers import follower_position

from campaigns.infrastructure.eventstore import EventLog, EventStore, Follower, News, Recorded
from campaigns.infrastructure.postgres.database import Database

ID = "R4"
ROUNDS, SIZE, SHORT = 1, 200_000, 4_000
_PROCESSES, _WRITERS_EACH = 4, 4


_TABLE = """
    create table handed (nth bigserial, follower text, position bigint, lamp uuid, version int);
    grant insert, select on handed to campaigns_system;
    grant usage on handed_nth_seq to campaigns_system;
"""
_NOTE = """
    insert into handed (follower, position, lamp, version)
    select %s, position, lamp, version
    from unnest(%s::bigint[], %s::uuid[], %s::int[]) with ordinality as event (position, lamp, version, nth)
    order by event.nth
"""
_HANDED = "select position, lamp::text, version from handed where follower = %s order by nth"


class Seen:
    """What a follower was handed, in its order.

    It is written in the transaction of the batch, as a real follower's effects are: a commit may still come through
    after its client has gone, and only the database knows.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.positions: list[int] = []
        self.events: list[tuple[str, int]] = []

    async def note(self, cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        rows = [(event.position, event.originator_id, event.originator_version) for event in events]
        await cursor.execute(_NOTE, (self.name, *map(list, zip(*rows, strict=True))))

    async def recall(self, database: Database) -> None:
        async with database.system() as connection:
            async for position, lamp, version in await connection.execute(_HANDED, (self.name,)):
                self.positions.append(position)
                self.events.append((lamp, version))


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for seed in seeds:
        with scratch() as folder, own_servers(folder) as servers:
            yield await _round(seed, size, servers.postgres.url(), folder)


async def _round(seed: int, size: int, url: str, folder: Path) -> Outcome:
    tailing, restarted, stopping = Seen("tailing"), Seen("restarted"), asyncio.Event()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLE)
    async with Database(url) as database:
        news = News(database)
        follower = Follower(database, news, TOPICS, name=tailing.name, handle=tailing.note)
        reading = [
            asyncio.create_task(news.run(stopping)),
            asyncio.create_task(follower.run(stopping)),
            asyncio.create_task(_restarting(random.Random(seed), database, news, restarted, stopping)),
        ]
        began = time.monotonic()
        acked = await _written(url, folder, size, seed)
        written = time.monotonic() - began
        stored = await _caught_up(database, len(acked))
        stopping.set()
        await asyncio.gather(*reading)
        await tailing.recall(database)
        await restarted.recall(database)
    return Outcome(
        acked=len(acked),
        stored=stored,
        lost=sum(len(acked - set(seen.events)) for seen in (tailing, restarted)),
        doubled=sum(len(seen.events) - len(set(seen.events)) for seen in (tailing, restarted)),
        recovery=[time.monotonic() - began - written],
        also={"writers": total(_PROCESSES * _WRITERS_EACH), "written_per_s": least(len(acked) / written)},
        broken=[*_disorder("tailing", tailing, stored), *_disorder("restarted", restarted, stored)],
    )


async def _written(url: str, folder: Path, size: int, seed: int) -> set[tuple[str, int]]:
    """By the writers' own lists."""
    files = [folder / f"acked-{number}" for number in range(_PROCESSES)]
    program = (sys.executable, "-m", "tests.chaos.r4_tailing_readers")
    processes = [
        await asyncio.create_subprocess_exec(*program, url, str(file), str(size // _PROCESSES), f"{seed}-{number}")
        for number, file in enumerate(files)
    ]
    assert [await process.wait() for process in processes] == [0] * _PROCESSES
    rows = (row.split() for file in files for row in file.read_text().splitlines())
    return {(lamp, int(version)) for lamp, version in rows}


async def _restarting(
    chance: random.Random, database: Database, news: News, seen: Seen, stopping: asyncio.Event
) -> None:
    """A follower that never lives long: its last batch is cut off at any point, and is not to be handed over twice."""
    while not stopping.is_set():
        follower = Follower(
            database, news, TOPICS, name=seen.name, handle=seen.note, batch=chance.choice((7, 100, 500))
        )
        life = asyncio.create_task(follower.run(stopping))
        await asyncio.wait([life, asyncio.create_task(stopping.wait())], timeout=chance.uniform(0.05, 0.5))
        while not stopping.is_set() and not life.done():
            life.cancel()  # again, should the moment swallow it: `asyncio.wait_for` of Python 3.11 may
            await asyncio.wait([life], timeout=1)
        await asyncio.gather(life, return_exceptions=True)


async def _caught_up(database: Database, count: int) -> int:
    """The position that both have reached: the last one."""
    end = time.monotonic() + 60
    while True:
        reached = [await follower_position(database, name) for name in ("tailing", "restarted")]
        if min(reached) >= count or time.monotonic() > end:
            return min(reached)
        await asyncio.sleep(0.02)


def _disorder(name: str, seen: Seen, stored: int) -> list[str]:
    right = seen.positions == list(range(1, stored + 1))
    return [] if right else [f"{name} was handed {len(seen.positions)} positions, not 1 to {stored} in order"]


async def _write(url: str, file: str, events: str, seed: str) -> None:
    chance, acked = random.Random(seed), list[str]()
    async with Database(url) as database, EventLog(url, FixedClock()) as log:
        store = lamps(log)
        await asyncio.gather(
            *(_writer(chance, store, database, int(events) // _WRITERS_EACH, acked) for _ in range(_WRITERS_EACH))
        )
    Path(file).write_text("".join(acked))


async def _writer(
    chance: random.Random, store: EventStore[Lamp], database: Database, events: int, acked: list[str]
) -> None:
    while events > 0:
        batch = _life(min(events, chance.choice((1, 1, 2, 5, 20))))
        if chance.random() < 0.05:
            async with database.system() as connection:
                await store.append_within(connection.cursor(), None, batch, caller())
                await asyncio.sleep(chance.uniform(0, 0.005))  # everybody else waits for this commit
        else:
            await store.record(None, batch, caller())
        acked += [f"{batch[0].lamp_id} {version}\n" for version in range(1, len(batch) + 1)]
        events -= len(batch)


def _life(length: int) -> list[Any]:
    """A lamp that is installed and switched."""
    events: list[Any] = [installed()]
    lamp = evolve(None, events[0])
    while len(events) < length:
        events.append(lamp.switch())
        lamp = evolve(lamp, events[-1])
    return events


if __name__ == "__main__":
    asyncio.run(_write(*sys.argv[1:]))

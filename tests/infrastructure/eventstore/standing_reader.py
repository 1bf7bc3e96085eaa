"""A process that follows the log and, in its first transaction, waits for a line while it holds what all writers need.

It ends with its input.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from psycopg import AsyncCursor
from tests.infrastructure.eventstore.lamps import TOPICS
from tests.infrastructure.eventstore.test_following import project

from campaigns.infrastructure.eventstore import Follower, News, Recorded
from campaigns.infrastructure.eventstore.statements import LOCK
from campaigns.infrastructure.postgres.database import Database

NAME = "standing"


async def _follow(url: str, idle_seconds: float) -> None:
    told, stopping = asyncio.Event(), asyncio.Event()

    async def handle(cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        await project(cursor, events)
        if not told.is_set():
            await cursor.execute(LOCK)
            sys.stdout.write("holding\n")
            sys.stdout.flush()
            await told.wait()

    async with Database(url, idle_seconds=idle_seconds) as database:
        follower = Follower(database, News(database), TOPICS, name=NAME, handle=handle)
        following = asyncio.create_task(follower.run(stopping))
        while await asyncio.to_thread(sys.stdin.readline):
            told.set()
        stopping.set()
        await following


if __name__ == "__main__":
    asyncio.run(_follow(sys.argv[1], float(sys.argv[2])))

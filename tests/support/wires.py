"""Wires to the servers that a running service needs, which a test cuts and mends."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict
from tests.chaos.faults.cable import Cable, Target, cable


class Wire:
    """To one server; `url` leads through it."""

    def __init__(self, made: Cable, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.url = url
        self._cable, self._loop = made, loop

    def cut(self) -> None:
        """Connections are reset, and new ones as well."""
        self._loop.call_soon_threadsafe(self._cable.cut)

    def mend(self) -> None:
        self._loop.call_soon_threadsafe(self._cable.mend)


@contextmanager
def wire_to_postgres(database_url: str) -> Iterator[Wire]:
    given = conninfo_to_dict(database_url)
    target = Path(str(given["host"]), ".s.PGSQL.5432")
    with _wire(target) as (made, loop):
        account = f"{given['user']}:{given['password']}"
        yield Wire(made, f"postgresql://{account}@127.0.0.1:{made.port}/{given['dbname']}?sslmode=disable", loop)


@contextmanager
def wire_to_nats(nats_url: str) -> Iterator[Wire]:
    parts = urlsplit(nats_url)
    assert parts.hostname is not None
    assert parts.port is not None
    with _wire((parts.hostname, parts.port)) as (made, loop):
        account = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        yield Wire(made, f"nats://{account}127.0.0.1:{made.port}", loop)


@contextmanager
def _wire(target: Target) -> Iterator[tuple[Cable, asyncio.AbstractEventLoop]]:
    """In a thread with a loop of its own, beside tests that wait in theirs."""
    loop, over = asyncio.new_event_loop(), asyncio.Event()
    started: list[Cable] = []
    ready = threading.Event()

    async def run() -> None:
        async with cable(target) as made:
            started.append(made)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    ready.wait(10)
    try:
        yield started[0], loop
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()

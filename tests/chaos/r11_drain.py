"""R11: SIGTERM under load: no request fails, the process is gone within 10 s, and what it held is free at once.

Two API processes with clients that go to the other one when a connection is closed with its answer; two processes that
send mail, plan and publish. A download is open and an import is being read. One of each pair is told to stop. The size
is a number of people to write to.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import msgspec
import psycopg
from tests.chaos.asking import Asking, asking
from tests.chaos.mailing import imported, launched, sent, until, uploaded
from tests.chaos.outcome import Outcome, most, total
from tests.chaos.serving import OwnServers, Serving, own_servers, scratch, serving

from campaigns.infrastructure.embedded.smtp_sink import SmtpSink, smtp_sink

ID = "R11"
ROUNDS, SIZE, SHORT = 5, 20_000, 1_000
_BACK = "worker,scheduler,relay,projector"
_LONGEST, _TAKEN_OVER = 10.0, 3.0
_CLIENTS = 8


class Stage(msgspec.Struct, frozen=True):
    servers: OwnServers
    sink: SmtpSink
    fronts: tuple[Serving, Serving]
    backs: tuple[Serving, Serving]
    client: Asking


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for seed in seeds:
        async with AsyncExitStack() as stack:
            yield await _round(await _stage(stack), f"r{seed}", size)


async def _stage(stack: AsyncExitStack) -> Stage:
    enter, folder = stack.enter_async_context, stack.enter_context(scratch())
    servers, sink = stack.enter_context(own_servers(folder)), await enter(smtp_sink())
    settings = {
        "DATABASE_URL": servers.postgres.url(), "NATS_URL": servers.nats.url(),
        "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_TLS": "none", "SMTP_CONNECTIONS": "2",
    }  # fmt: skip
    home = folder / "home"  # imports and keys are shared, as by replicas with one volume
    first = await enter(serving(home, settings, roles=_BACK))  # holds what one process alone may do
    roles = ("api,tracking", "api,tracking", _BACK)
    front, other, second = [Serving(home, settings, roles=each) for each in roles]
    for service in (front, other, second):
        stack.push_async_callback(service.end)
        await service.start()
    await asyncio.gather(*(service.until_ready() for service in (front, other, second)))
    client = await enter(asking(other.url))
    return Stage(servers, sink, (front, other), (first, second), client)


async def _round(stage: Stage, name: str, people: int) -> Outcome:
    await imported(stage.client, people)
    path = await launched(stage.client, name, a_minute=people * 12)
    await until(lambda: _arrived(stage), lambda count: count > people // 10)
    upload = await uploaded(stage.client, "second", 300_000)
    back, gap, held = await _stop_back(stage)
    callers = Callers(stage)
    front, download = await callers.while_stopping(f"{path}/recipients?format=csv")
    await sent(stage.client, path)
    after = await until(lambda: stage.client.get(upload), lambda seen: seen["status"] in {"completed", "failed"})
    mails, states = stage.sink.per_recipient, await asyncio.to_thread(_states, stage)
    uncertain = states.get("uncertain", 0)
    return Outcome(
        acked=people + callers.answered, stored=len(mails) + callers.answered,
        lost=people - len(mails), doubled=sum(count > 1 for count in mails.values()), uncertain=uncertain,
        recovery=[gap],
        also={"front_end": most(front), "back_end": most(back), "requests": total(callers.answered)},
        broken=[
            *callers.broken, *download,
            *(f"{what} took {seconds:.1f} s to end" for what, seconds in (("API", front), ("worker", back)) if seconds > _LONGEST),
            *([f"nothing was sent for {gap:.1f} s"] if gap > _TAKEN_OVER else []),
            *([f"{uncertain} messages are uncertain after a clean stop"] if uncertain else []),
            *([f"{held} batches or roles are still held"] if held else []),
            *([] if after["status"] == "completed" else [f"the import: {after}"]),
        ],
    )  # fmt: skip


class Callers:
    """Ask the first front until it says goodbye on their connection, then the second one."""

    def __init__(self, stage: Stage) -> None:
        self.answered = 0
        self.broken: list[str] = []
        self._stage = stage
        self._over = False

    async def while_stopping(self, export: str) -> tuple[float, list[str]]:
        """Seconds the front took to end; what went wrong with the download."""
        calling = [asyncio.create_task(self._call()) for _ in range(_CLIENTS)]
        downloading = asyncio.create_task(self._download(export))
        await asyncio.sleep(1)
        seconds = await self._stage.fronts[0].stop()
        await asyncio.sleep(0.5)
        self._over = True
        await asyncio.gather(*calling)
        return seconds, await downloading

    async def _call(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
            front, number = self._stage.fronts[0], 0
            while not self._over:
                number += 1
                try:
                    async with session.get(f"{front.url}/api/v1/campaigns") as answer:
                        await answer.read()
                except (aiohttp.ClientError, TimeoutError) as error:
                    self.broken.append(f"request {number} failed: {error!r}")
                    return
                self.answered += answer.status == 200
                if answer.status != 200:
                    self.broken.append(f"request {number}: {answer.status}")
                if answer.headers.get("Connection") == "close":
                    front = self._stage.fronts[1]

    async def _download(self, path: str) -> list[str]:
        url = f"{self._stage.fronts[0].url}/api/v1{path}"
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
            try:
                async with session.get(url) as answer:
                    async for _ in answer.content.iter_chunked(1024):
                        await asyncio.sleep(0.002)
            except (aiohttp.ClientError, TimeoutError) as error:
                return [f"the download broke off: {error!r}"]
        return [] if answer.status == 200 else [f"the download: {answer.status}"]


async def _stop_back(stage: Stage) -> tuple[float, float, int]:
    """Seconds it took to end; the longest pause between two mails around it; what it still holds then."""
    pauses, over = Pauses(stage.sink), asyncio.Event()
    watching = asyncio.create_task(pauses.watch(over))
    seconds = await stage.backs[0].stop()
    held = await asyncio.to_thread(_held, stage, stage.backs[0].pid)
    await asyncio.sleep(1)
    over.set()
    await watching
    return seconds, pauses.longest, held


class Pauses:
    """The longest time without a mail, while there is still something to send."""

    def __init__(self, sink: SmtpSink) -> None:
        self.longest = 0.0
        self._sink = sink

    async def watch(self, over: asyncio.Event) -> None:
        seen, since = self._sink.arrived, time.monotonic()
        while not over.is_set():
            await asyncio.sleep(0.02)
            if self._sink.arrived != seen:
                self.longest = max(self.longest, time.monotonic() - since)
                seen, since = self._sink.arrived, time.monotonic()


async def _arrived(stage: Stage) -> int:
    return stage.sink.arrived


def _held(stage: Stage, pid: int) -> int:
    """Batches of a process that has ended, and leases that nobody could take now."""
    # The first holder of each role is the process that was started first.
    batches = "select count(*) from batches where state = 'sending' and worker like %s"
    leases = "select count(*) from leases where expires_at > now() and fence = 1"
    with psycopg.connect(stage.servers.postgres.url()) as connection:
        connection.execute("set role campaigns_system")
        first: Any = connection.execute(batches, (f"%:{pid}:%",)).fetchone()
        second: Any = connection.execute(leases).fetchone()
        return int(first[0]) + int(second[0])


def _states(stage: Stage) -> dict[str, int]:
    with psycopg.connect(stage.servers.postgres.url()) as connection:
        connection.execute("set role campaigns_system")
        rows: Any = connection.execute("select outcome, count(*) from message_state group by 1").fetchall()
        return dict(rows)

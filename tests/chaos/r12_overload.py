"""R12: ten times the load: as much is answered as before, the others are told when to come again, memory stays flat.

First 64 connections ask for one command after the other: that is the capacity. Then 640 do, and none of them waits when
it is told to. Operators ask for health and measures all the while. The size is the number of seconds of overload.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from pathlib import Path

import aiohttp
import msgspec
from benchmarks.load import Measured, NextRequest, load
from tests.chaos.asking import Asking, asking
from tests.chaos.outcome import Outcome, least, most
from tests.chaos.serving import Serving, own_servers, scratch, serving

ID = "R12"
ROUNDS, SIZE, SHORT = 1, 300, 4
_CONNECTIONS, _TIMES = 64, 10
_GOODPUT, _BRIEF_GOODPUT = 0.9, 0.5
"""In a few seconds on a machine that does other things as well, only a collapse can be told from noise."""
_BRIEFLY = 10
_GROWTH = 60.0  # MB: buffers of ten times the connections
_SETTINGS = {"REQUESTS_PER_MINUTE": "1000000000"}
_FINE = frozenset({200, 429, 503})


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    with scratch() as folder, own_servers(folder) as servers:
        settings = _SETTINGS | {"DATABASE_URL": servers.postgres.url(), "NATS_URL": servers.nats.url()}
        async with serving(folder / "home", settings, roles="api") as service, asking(service.url) as client:
            requests = await _in_groups(client)
            await _load(service, requests[:_CONNECTIONS], 1)
            for _ in seeds:
                yield await _round(service, requests, size)


async def _round(service: Serving, requests: Sequence[NextRequest], seconds: float) -> Outcome:
    probing = max(min(seconds / 2, 20), 2)
    few = [_in_turns(requests[first::_CONNECTIONS]) for first in range(_CONNECTIONS)]
    before = await _load(service, few, probing)
    calm = _megabytes(service.pid)
    operators = Operators(service)
    watching = asyncio.create_task(operators.watch())
    under = await _load(service, requests, seconds)
    watching.cancel()
    loaded = _megabytes(service.pid)
    after = await _load(service, few, probing)
    capacity = (_goodput(before) + _goodput(after)) / 2
    share, turned = _goodput(under) / capacity, under.statuses.get(503, 0)
    return Outcome(
        acked=under.statuses.get(200, 0),
        stored=under.statuses.get(200, 0),
        also={
            "capacity": least(round(capacity)), "goodput": least(share), "turned_away": most(turned),
            "p99": most(under.percentile(0.99) / 1000), "calm_mb": most(calm), "loaded_mb": most(loaded),
            "health_slowest": most(operators.slowest),
        },
        broken=[*_judged(under, share, loaded - calm, _GOODPUT if seconds > _BRIEFLY else _BRIEF_GOODPUT), *operators.broken],
    )  # fmt: skip


def _judged(under: Measured, share: float, growth: float, least_share: float) -> Iterator[str]:
    if strange := under.statuses.keys() - _FINE:
        yield f"answers with status {sorted(strange)}: {under.statuses}"
    if share < least_share:
        yield f"{share:.0%} of the capacity was answered"
    if growth > _GROWTH:
        yield f"memory grew by {growth:.0f} MB"


class Operators:
    """Ask for health, readiness and measures, twice a second each."""

    def __init__(self, service: Serving) -> None:
        self.broken: list[str] = []
        self.slowest = 0.0
        self._url = service.url

    async def watch(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            for path in itertools.cycle(("/health", "/health/ready", "/metrics")):
                began = time.monotonic()
                try:
                    async with session.get(self._url + path) as answer:
                        await answer.read()
                except (aiohttp.ClientError, TimeoutError) as error:
                    self.broken.append(f"{path}: {type(error).__name__}")
                else:
                    self.slowest = max(self.slowest, time.monotonic() - began)
                    if answer.status != 200:
                        self.broken.append(f"{path}: {answer.status}")
                await asyncio.sleep(0.2)


async def _load(service: Serving, requests: Sequence[NextRequest], seconds: float) -> Measured:
    return await load(int(service.url.rpartition(":")[2]), requests, seconds)


def _goodput(measured: Measured) -> float:
    return measured.rate * measured.statuses.get(200, 0) / sum(measured.statuses.values())


async def _in_groups(client: Asking) -> list[NextRequest]:
    made: list[NextRequest] = []
    for first in range(0, _CONNECTIONS * _TIMES, _CONNECTIONS):
        made += await asyncio.gather(*(_renaming(client, first + number) for number in range(_CONNECTIONS)))
    return made


async def _renaming(client: Asking, number: int) -> NextRequest:
    """One draft of its own for each connection, changed again and again; what is turned away is simply missing."""
    made = await client.once("POST", "/campaigns", {"name": f"Draft {number}"})
    return partial(_patch, f"/api/v1/campaigns/{msgspec.json.decode(made.body)['id']}", itertools.count())


def _in_turns(requests: Sequence[NextRequest]) -> NextRequest:
    """The same drafts over fewer connections."""
    turns = itertools.cycle(requests)

    def following() -> bytes:
        return next(turns)()

    return following


def _patch(path: str, numbers: Iterator[int]) -> bytes:
    body = f'{{"description": "Version {next(numbers)}"}}'
    head = f"PATCH {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/merge-patch+json"
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def _megabytes(pid: int) -> float:
    """What the process holds now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024

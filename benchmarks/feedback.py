"""P4: a million delivery reports, opens and clicks over HTTP into facts, uniques and figures, against a bare COPY.

The reports are shuffled and every tenth comes twice. Timed is everything from the first byte of the first post (a
thousand reports each, eight connections) until the figures have counted the last fact: authentication, strict
decoding, whose message it is, durable facts, dropping repetitions, uniques, figures by variant, channel and hour. The
service runs as two processes (`api`, `projector`); PostgreSQL and the load share their processors. The floor stores the
same rows by one binary COPY, encoded before, into a table without any index.
"""

import asyncio
import itertools
import json
import os
import random
import statistics
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta

import psycopg
import uvloop
from tests.support.ledgers import NOON, WrittenLedger
from tests.support.running_service import RunningService, Tenant, fresh_tenant, running_service

from benchmarks.reporting import line
from benchmarks.servers import durable_nats, durable_postgres
from campaigns.domain.delivery.messages import message_id

ID = "P4"
REPORTS, RUNS, PER_POST, CONNECTIONS = int(os.environ.get("P4_REPORTS", "1000000")), 3, 1_000, 8
_PATIENCE = 240.0
_KINDS = ("delivered", "opened", "clicked")
_BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4"
_HEAD = "POST /api/v1/feedback/bench HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
_ACCEPTED = b"HTTP/1.1 202"


def run() -> Iterable[str]:
    with ExitStack() as stack:
        url, nats = stack.enter_context(durable_postgres()), stack.enter_context(durable_nats())
        service = stack.enter_context(running_service(url, nats, roles="api"))
        stack.enter_context(running_service(url, nats, roles="tracking,projector"))
        tenant = stack.enter_context(fresh_tenant(service))
        ours, floors = [], []
        for number in range(1, RUNS + 1):  # interleaved: both see the same weather
            ours.append(_ours(service, tenant, number))
            floors.append(_floor(url, number))
    taken, folded = (statistics.median(each) for each in zip(*ours, strict=True))
    floor = statistics.median(floors)
    yield line(
        ID,
        "<=2",
        folded / floor,
        floor=f"{floor:.2f}s",
        ours=f"{folded:.2f}s",
        taken=f"{taken:.2f}s",
        rate=f"{REPORTS / folded:.0f}/s",
        n=REPORTS,
        runs=RUNS,
    )


def _ours(service: RunningService, tenant: Tenant, number: int) -> tuple[float, float]:
    """Seconds until the last post was answered, and until the last fact was counted."""
    ledger = WrittenLedger(service.database_url, people=REPORTS // 2, execution_no=number, tenant=tenant.tenant_id)
    posts = list(_posts(tenant, number))
    port = int(service.url.rpartition(":")[2])
    began = time.perf_counter()
    uvloop.run(_post_all(port, posts))
    taken = time.perf_counter() - began
    _await_fold(service.database_url)
    folded = time.perf_counter() - began
    expected = dict(zip(_KINDS, _distinct(), strict=True))
    found = {kind: figures[0] for kind, figures in ledger.figures().items()}
    if found != expected:
        raise RuntimeError(f"counted {found}, told {expected}")
    return taken, folded


def _distinct() -> tuple[int, int, int]:
    """Delivered, opened, clicked: nine tenths of all, half of them deliveries."""
    distinct = REPORTS * 9 // 10
    return distinct // 2, distinct // 3, distinct - distinct // 2 - distinct // 3


def _posts(tenant: Tenant, execution_no: int) -> Iterator[bytes]:
    chance = random.Random(7)
    reports = [
        _report(execution_no, seq, kind)
        for kind, count in zip(_KINDS, _distinct(), strict=True)
        for seq in range(1, count + 1)
    ]
    reports += chance.sample(reports, REPORTS - len(reports))
    chance.shuffle(reports)
    for start in range(0, len(reports), PER_POST):
        body = b'{"events":[' + b",".join(reports[start : start + PER_POST]) + b"]}"
        head = f"{_HEAD}Authorization: Bearer {tenant.api_key}\r\nContent-Length: {len(body)}\r\n\r\n"
        yield head.encode() + body


def _report(execution_no: int, seq: int, kind: str) -> bytes:
    event = {
        "message_id": message_id(execution_no, seq),
        "type": kind,
        "event_id": str(uuid.UUID(int=execution_no << 64 | seq << 8 | _KINDS.index(kind))),
        "at": (NOON + timedelta(milliseconds=20 * seq)).isoformat(),
    }
    if kind != "delivered":
        event["user_agent"] = _BROWSER
    if kind == "clicked":
        event["url"] = "https://shop.example/spring?utm_source=mail"
    return json.dumps(event).encode()


async def _post_all(port: int, posts: Sequence[bytes]) -> None:
    waiting = iter(posts)
    await asyncio.gather(*(_post_some(port, waiting) for _ in range(CONNECTIONS)))


async def _post_some(port: int, waiting: Iterator[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        writer.write(request)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        if not head.startswith(_ACCEPTED) or b'"unknown":[]' not in answer:
            raise RuntimeError(f"{head!r} {answer[:500]!r}")
    writer.close()


def _await_fold(url: str) -> None:
    asked = "select position = append_no from ledger_followers, ledger_head where name = 'metrics:1'"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set role campaigns_system")
        end = time.monotonic() + _PATIENCE
        for _ in itertools.count():
            if connection.execute(asked).fetchone() == (True,):
                return
            if time.monotonic() > end:
                raise TimeoutError("the figures did not catch up")
            time.sleep(0.02)


def _floor(url: str, execution_no: int) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table floor (like message_facts)")
        selected = f"copy (select * from message_facts where execution_no = {execution_no}) to stdout (format binary)"
        with connection.cursor().copy(selected.encode()) as copied:
            encoded = b"".join(bytes(block) for block in copied)
        began = time.perf_counter()
        with connection.cursor().copy("copy floor from stdin (format binary)") as copying:
            copying.write(encoded)
        seconds = time.perf_counter() - began
        connection.execute("drop table floor")
    return seconds

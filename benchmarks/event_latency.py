"""P11: from the decision to the subscriber, through commit and NATS; idle, under a thousand commands a second, and
while a campaign is sent to 100,000 people.

The clock starts when the command handler stamps its event, which is before the commit, and for messages when the
transaction of their append begins: the figures are upper bounds. `P11.delivery` has the whole service on the same
processors: worker, relay, projections, sink; messages travel up to a hundred to a batch.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg
from tests.support.running_service import RunningService, Tenant, fresh_tenant, running_service

from benchmarks._postfix import installed, sink
from benchmarks.commands import _alternating
from benchmarks.delivery import deliver, import_people
from benchmarks.load import load
from benchmarks.reporting import line
from benchmarks.servers import durable_nats, durable_postgres
from campaigns.interfaces.cli.demo.service import Service

ID = "P11"
IDLE_COMMANDS, BUSY_SECONDS = 200, 6.0
_PATIENCE = 120.0
_GOALS = {"idle": 50.0, "busy": 500.0, "delivery": 500.0}


class Heard:
    """Delays in milliseconds, as a plain subscriber measures them."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    async def take_batch(self, message: Msg) -> None:
        now = time.time()
        events = json.loads(message.data)
        self.delays += [(now - datetime.fromisoformat(event["time"]).timestamp()) * 1000 for event in events]

    async def take(self, message: Msg) -> None:
        now = time.time()
        event = json.loads(message.data)
        self.delays.append((now - datetime.fromisoformat(event["time"]).timestamp()) * 1000)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.delays)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def run() -> Iterable[str]:
    with ExitStack() as stack:
        url, server = stack.enter_context(durable_postgres()), stack.enter_context(durable_nats())
        service = stack.enter_context(running_service(url, server, roles="api"))
        stream = {"NATS_STREAM": service.nats_stream, "NATS_SUBJECT_PREFIX": service.nats_subject_prefix}
        stack.enter_context(running_service(url, server, roles="api,relay", settings=stream))
        tenant = stack.enter_context(fresh_tenant(service))
        yield uvloop.run(_idle(service, tenant))
        yield uvloop.run(_busy(service, tenant))
    if installed():
        yield _while_delivering()
    else:
        yield f"{ID}.delivery MISSING: smtp-sink (Postfix) is not installed"


def _while_delivering() -> str:
    with ExitStack() as stack:
        url, server = stack.enter_context(durable_postgres()), stack.enter_context(durable_nats())
        port = stack.enter_context(sink())
        mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_TLS": "none", "CAMPAIGNS_LOCAL_ACCESS": "true"}
        service = stack.enter_context(running_service(url, server, roles="api,scheduler", settings=mail))
        stream = {"NATS_STREAM": service.nats_stream, "NATS_SUBJECT_PREFIX": service.nats_subject_prefix}
        mail["CAMPAIGNS_HOME"] = str(service.home)  # where the people are
        for roles in ("tracking,worker", "tracking,relay,projector"):
            stack.enter_context(running_service(url, server, roles=roles, settings=mail | stream))
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="campaigns-bench-"))
        return asyncio.run(_delivering(service, Path(scratch)))


async def _delivering(service: RunningService, scratch: Path) -> str:
    heard = Heard()
    async with Service(service.url) as caller:
        await import_people(caller, scratch)
        client = Client()
        await client.connect(service.nats_url)
        await client.subscribe(f"{service.nats_subject_prefix}.message.sent", cb=heard.take_batch)
        await client.flush()
        sent, seconds = await deliver(caller, "P11")
        if not sent:
            raise RuntimeError("nothing was sent")
    async with asyncio.timeout(_PATIENCE):
        while len(heard.delays) < sent:
            await asyncio.sleep(0.1)
    await client.close()
    return _finding("delivery", heard, 1, rate=sent / seconds)


async def _idle(service: RunningService, tenant: Tenant) -> str:
    heard = Heard()
    client = await _listening(service, heard)
    headers = {"Authorization": f"Bearer {tenant.api_key}"}
    async with httpx.AsyncClient(base_url=service.url, headers=headers, trust_env=False) as caller:
        for number in range(IDLE_COMMANDS):
            await caller.post("/api/v1/campaigns", json={"name": f"Idle {number}"})
            await asyncio.sleep(0.03)
    await asyncio.sleep(1)
    await client.close()
    return _finding("idle", heard, IDLE_COMMANDS, rate=None)


async def _busy(service: RunningService, tenant: Tenant) -> str:
    heard = Heard()
    connections = [await asyncio.to_thread(_alternating, tenant, number) for number in range(6)]
    client = await _listening(service, heard)
    port = int(service.url.rpartition(":")[2])
    measured = await load(port, [partial(each) for each in connections], BUSY_SECONDS)
    await asyncio.sleep(3)
    await client.close()
    return _finding("busy", heard, len(measured.seconds), rate=measured.rate)


async def _listening(service: RunningService, heard: Heard) -> Client:
    client = Client()
    await client.connect(service.nats_url)
    await client.subscribe(f"{service.nats_subject_prefix}.*", cb=heard.take)
    await client.flush()
    return client


def _finding(name: str, heard: Heard, commands: int, rate: float | None) -> str:
    worst = heard.percentile(0.99)
    return line(
        f"{ID}.{name}",
        "<=1",
        worst / _GOALS[name],
        p50=f"{heard.percentile(0.5):.1f}ms",
        p99=f"{worst:.1f}ms",
        p99_goal=f"<={_GOALS[name]:.0f}ms",
        commands=commands,
        events=len(heard.delays),
        **({} if rate is None else {"rate": f"{rate:.0f}/s"}),
    )

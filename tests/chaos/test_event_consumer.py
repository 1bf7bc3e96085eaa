"""R4: an outside consumer gets every event in order, without gaps or doubles, whatever is killed meanwhile."""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import nats
import nats.errors
import pytest
from tests.support.databases import Databases
from tests.support.running_service import fresh_tenant, running_service
from tests.support.waiting import PATIENCE

from campaigns.infrastructure.embedded.account import servers_account
from campaigns.infrastructure.embedded.home import Home
from campaigns.infrastructure.embedded.nats import EmbeddedNats

pytestmark = pytest.mark.chaos

CAMPAIGNS = 40
LIFE = ["created", "activated", "paused", "resumed", "completed"]


class Relay:
    """A relay process that is killed and started again."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self._log = environment, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as out:
            command = [sys.executable, "-m", "campaigns", "serve", "--role", "relay"]
            self._process = subprocess.Popen(command, env=self._environment, stdout=out, stderr=out)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def nats_of_its_own() -> Iterator[EmbeddedNats]:
    with tempfile.TemporaryDirectory(prefix="campaigns-chaos-") as folder, Home(Path(folder, "home")) as home:
        Path(folder).chmod(0o755)
        server = EmbeddedNats(home, servers_account())
        server.start()
        try:
            yield server
        finally:
            server.stop()


async def live(client: httpx.AsyncClient, number: int) -> str:
    made = await client.post("/api/v1/campaigns", json={"name": f"Campaign {number}"})
    campaign_id = str(made.json()["id"])
    for action in ("activate", "pause", "resume", "complete"):
        answer = await client.post(f"/api/v1/campaigns/{campaign_id}/{action}", json={})
        assert answer.status_code == 200, answer.text
        await asyncio.sleep(0.05)
    return campaign_id


async def consumed(url: str, prefix: str, expected: int, received: list[dict[str, Any]]) -> None:
    """Written with nats-py alone: a durable pull consumer that drops what it has seen by id."""
    client = await nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=0.2, error_cb=_ignored)
    try:
        subscription, seen = None, set()
        while len(received) < expected:
            try:
                subscription = subscription or await client.jetstream().pull_subscribe(f"{prefix}.*", "outside")
                messages = await subscription.fetch(50, timeout=1)
            except (nats.errors.Error, TimeoutError):
                await asyncio.sleep(0.1)
                continue
            for message in messages:
                event = json.loads(message.data)
                if event["id"] not in seen:
                    seen.add(event["id"])
                    received.append(event)
                with contextlib.suppress(nats.errors.Error):
                    await message.ack()
    finally:
        await client.close()


async def _ignored(_: Exception) -> None:
    """Connections break: that is the point."""


@contextlib.asynccontextmanager
async def killing(relay: Relay, server: EmbeddedNats, chance: random.Random) -> AsyncIterator[dict[str, int]]:
    kills = {"relay": 0, "nats": 0}

    async def rounds() -> None:
        while True:
            await asyncio.sleep(chance.uniform(1.5, 3.0))
            if kills["relay"] <= kills["nats"]:
                relay.kill()
                relay.start()
                kills["relay"] += 1
            else:
                os.kill(server.pid or 0, 9)
                server.stop()
                server.start()
                kills["nats"] += 1

    task = asyncio.create_task(rounds())
    try:
        yield kills
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _run(relay: Relay, server: EmbeddedNats, prefix: str, client: httpx.AsyncClient) -> list[dict[str, Any]]:
    received: list[dict[str, Any]] = []
    relay.start()
    async with asyncio.timeout(500):
        consuming = asyncio.create_task(consumed(server.url(), prefix, CAMPAIGNS * len(LIFE), received))
        async with killing(relay, server, random.Random(7)) as kills:
            for number in range(CAMPAIGNS):
                await live(client, number)
        await consuming
    print(f"R4 events={len(received)} kills_relay={kills['relay']} kills_nats={kills['nats']} lost=0")
    assert min(kills.values()) >= 1
    return received


def test_nothing_is_lost_doubled_or_reordered(databases: Databases, tmp_path: Path) -> None:
    with (
        databases.fresh() as url,
        nats_of_its_own() as server,
        running_service(url, server.url(), roles="api") as service,
        fresh_tenant(service) as tenant,
    ):
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CAMPAIGN", "DB_", "NATS_"))},
            "DATABASE_URL": url,
            "NATS_URL": server.url(),
            "NATS_STREAM": service.nats_stream,
            "NATS_SUBJECT_PREFIX": service.nats_subject_prefix,
            "CAMPAIGNS_HOME": str(tmp_path / "home"),
        }
        relay = Relay(environment, tmp_path / "relay.log")

        async def run() -> list[dict[str, Any]]:
            headers = {"Authorization": f"Bearer {tenant.api_key}"}
            async with httpx.AsyncClient(
                base_url=service.url, headers=headers, timeout=PATIENCE, trust_env=False
            ) as client:
                return await _run(relay, server, service.nats_subject_prefix, client)

        try:
            received = asyncio.run(run())
        finally:
            relay.kill()
    by_campaign: dict[str, list[str]] = {}
    for event in received:
        by_campaign.setdefault(event["subject"], []).append(event["type"].removeprefix("campaign."))
    assert len(by_campaign) == CAMPAIGNS
    assert all(types == LIFE for types in by_campaign.values())
    positions = [event["sequence"] for event in received]
    assert positions == list(range(1, len(positions) + 1))

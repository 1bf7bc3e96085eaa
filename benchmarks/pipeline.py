"""P3a: messages of 4 kB into the NATS pipeline by one worker, against a bare atomic-batch publish of the same bytes.

Ours is the time from the first claim to the last outcome in the ledger: claims, suppression, profiles, rendering,
intent and outcome included, as many messages as end in a minute. The floor publishes one of these messages again and
again, rendered beforehand, in batches of a thousand, to a stream of the same plan; both are on disk before they count.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from nats.aio.client import Client

from benchmarks._workers import Bench
from benchmarks.reporting import line
from benchmarks.servers import durable_nats, durable_postgres
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.nats.connection import NatsAccess, NatsConnection
from campaigns.infrastructure.nats.streams import StreamPlan, ensure_stream

ID = "P3a"
RUNS, PEOPLE, BATCH, STARTING_SECONDS = 5, 60_000, 1_000, 6.0
STREAM, FLOOR = "CAMPAIGNS_OUTGOING", "FLOOR"
CONTENT = Content(
    subject="Hello",
    body_text="Hello {{ email }}\n" + "Lorem ipsum dolor sit amet, consetetur sadipscing elitr.\n" * 62,
    sender_name="Acme",
    sender_email="news@acme.example",
)


def run() -> Iterable[str]:
    with durable_postgres() as database, durable_nats() as url, tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), database, url, CONTENT)
        datasets = bench.people(PEOPLE)
        floors, ours, sent = [], [], 0
        with bench.workers([{}]):
            time.sleep(STARTING_SECONDS)
            for _ in range(RUNS):  # interleaved: both see the same weather
                sent, seconds = bench.worked_off(bench.launch(datasets))
                ours.append(seconds / sent)
                floors.append(asyncio.run(_floor(url, sent)) / sent)
    floor, mine = statistics.median(floors), statistics.median(ours)
    yield line(ID, "<=1.3", mine / floor, floor=f"{1 / floor:.0f}/s", ours=f"{1 / mine:.0f}/s", n=sent, runs=RUNS)


async def _floor(url: str, messages: int) -> float:
    """Seconds for so many copies of the worker's last message; both streams are empty again afterwards."""
    async with NatsConnection(NatsAccess(url=url)) as connection:
        await ensure_stream(connection, StreamPlan(name=FLOOR, subjects=("floor",)))
        jetstream = await connection.jetstream()
        info = await jetstream.stream_info(STREAM)
        payload = (await jetstream.get_msg(STREAM, seq=info.state.last_seq)).data or b""
        client = await connection.ready()
        began = time.perf_counter()
        for start in range(0, messages, BATCH):
            await _batch(client, payload, min(BATCH, messages - start))
        seconds = time.perf_counter() - began
        for stream in (STREAM, FLOOR):
            await jetstream.purge_stream(stream)
    return seconds


async def _batch(client: Client, payload: bytes, count: int) -> None:
    name = uuid4().hex
    for number in range(1, count):
        headers = {"Nats-Batch-Id": name, "Nats-Batch-Sequence": str(number)}
        await client.publish("floor", payload, headers=headers)
    headers = {"Nats-Batch-Id": name, "Nats-Batch-Sequence": str(count), "Nats-Batch-Commit": "1"}
    reply = await client.request("floor", payload, timeout=10, headers=headers)
    if b"error" in reply.data:
        raise RuntimeError(reply.data.decode())

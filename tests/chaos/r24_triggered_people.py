"""R24: every acknowledged event is answered once.

Writers tell of events, each of another person, while API, scheduler, projector and worker of a whole `campaigns serve`
are killed at random. Every event makes the campaign write to its person; arrivals are counted in the pipeline's stream.
Some events are told again by a client that saw no answer. The runs add up at every look.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from tests.chaos import pipeline_log
from tests.chaos.asking import Asking, asking
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import Serving, scratch, serving

ID = "R24"
ROUNDS, SIZE, SHORT = 3, 6_000, 400
"""The size is a number of events."""

_WRITERS, _TOLD_AT_ONCE = 4, 10
_VICTIMS = ("api", "scheduler", "projector", "worker")
_PATIENCE = 120.0
_CAMPAIGN = {
    "name": "Welcome",
    "mode": "triggered",
    "channels": [{"channel_type": "in_app", "content": {"title": "Welcome", "body": "Hello {{ user_id }}"}}],
    "triggers": [{"event_type": "signed_up", "frequency_limit": 1}],
}


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    settings = {"TRIGGER_GATHERING_SECONDS": "0.3"}
    with scratch() as folder:
        async with serving(folder / "home", settings) as service, asking(service.url) as client:
            for seed in seeds:
                yield await _round(random.Random(seed), seed, size, service, client)


async def _round(chance: random.Random, seed: int, size: int, service: Serving, client: Asking) -> Outcome:
    path = await _active(seed, client)
    people = [f"r{seed}-{n:06d}" for n in range(size)]
    killing = asyncio.create_task(_kill(chance, service, client, path))
    shares = [people[n::_WRITERS] for n in range(_WRITERS)]
    await asyncio.gather(*(_tell(f"{seed}-{n}", share, client) for n, share in enumerate(shares)))
    recovery = await killing
    broken = await _until_answered(path, size, client)
    arrived = await pipeline_log.arrived(service.nats_url())
    runs = (await client.get(f"{path}/executions"))["executions"]
    stored = sum(run["accounting"]["sent"] for run in runs)
    await client.command(f"end-{seed}", f"{path}/complete")
    if stored != size and len(runs) < 500:  # as many as are listed
        broken.append(f"{size} events were acknowledged, {stored} messages are sent")
    return Outcome(
        acked=size,
        stored=stored,
        lost=len(set(people) - arrived.keys()),
        doubled=sum(count - 1 for count in arrived.values()),
        recovery=recovery,
        also={"kills": total(len(_VICTIMS)), "runs": total(len(runs))},
        broken=broken,
    )


async def _active(seed: int, client: Asking) -> str:
    made = await client.command(f"make-{seed}", "/campaigns", {**_CAMPAIGN, "name": f"Welcome {seed}"})
    assert made.status == 201, made
    path = f"/campaigns/{msgspec.json.decode(made.body)['id']}"
    activated = await client.command(f"activate-{seed}", f"{path}/activate")
    assert activated.status == 200, activated
    return path


async def _tell(name: str, people: Sequence[str], client: Asking) -> None:
    """Each some at a time, asked again until they are acknowledged; every second time without remembering the key."""
    for first in range(0, len(people), _TOLD_AT_ONCE):
        told = [
            {"event_id": f"sign-up-{person}", "event_type": "signed_up", "user_id": person}
            for person in people[first : first + _TOLD_AT_ONCE]
        ]
        answer = await client.command(f"{name}-{first}", "/events", {"events": told})
        assert answer.status == 202, answer
        if answer.tries > 1:
            again = await client.command(f"{name}-{first}-again", "/events", {"events": told})
            assert again.status == 202, again


async def _kill(chance: random.Random, service: Serving, client: Asking, path: str) -> list[float]:
    """Each victim once; how long it took until somebody more was answered."""
    recovery = list[float]()
    for victim in chance.sample(_VICTIMS, len(_VICTIMS)):
        await asyncio.sleep(chance.uniform(0.2, 1.0))
        await service.killed(victim)
        began = time.monotonic()
        await client.get(f"{path}/triggers/history?limit=1")
        recovery.append(time.monotonic() - began)
    return recovery


async def _until_answered(path: str, size: int, client: Asking) -> list[str]:
    """What was contradicted on the way."""
    end, broken = time.monotonic() + _PATIENCE, list[str]()
    while True:
        runs = (await client.get(f"{path}/executions"))["executions"]
        broken += [f"the accounting does not add up: {run}" for run in runs if not run["accounting"]["holds"]]
        ended = all(run["status"] == "completed" for run in runs)
        if ended and sum(run["accounting"]["audience"] for run in runs) >= size:
            return broken
        if time.monotonic() > end:
            return [*broken, f"not answered in {_PATIENCE:.0f} s: {await _outcomes(path, client)}"]
        await asyncio.sleep(0.2)


async def _outcomes(path: str, client: Asking) -> dict[str, int]:
    page: dict[str, Any] = await client.get(f"{path}/triggers/history?limit=500")
    found: dict[str, int] = {}
    for event in page["history"]:
        found[event["outcome"]] = found.get(event["outcome"], 0) + 1
    return found

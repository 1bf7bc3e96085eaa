"""R1: an acknowledged command is never lost.

12 writers live campaigns through REST while API, PostgreSQL, NATS and relay of a whole `campaigns serve` are killed at
random, also several at once. What was acknowledged is in the writers' own list, synced to disk, and nowhere else. A
service is back when a command given after the fault has been answered and its event has arrived outside.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from tests.chaos.asking import Asking, asking
from tests.chaos.news import Outside, outside
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import Serving, scratch, serving

ID = "R1"
ROUNDS, SIZE, SHORT = 5, 1_200, 120
"""The size is a number of commands; at least two of each victim are killed for 1,200, one of each for less."""

_WRITERS = 12
_VICTIMS = ("api", "postgres", "nats-server", "relay")
_STEPS = ("activate", "pause", "resume", "complete")
_LIFE = ["campaign.created", "campaign.activated", "campaign.paused", "campaign.resumed", "campaign.completed"]


class Acknowledged:
    """The writers' list: (campaign, event) per line, on disk before a writer goes on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, campaign: str, event: str) -> None:
        os.write(self._descriptor, f"{campaign} {event}\n".encode())
        os.fsync(self._descriptor)

    def by_campaign(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self._file.read_text().splitlines():
            campaign, event = row.split()
            found.setdefault(campaign, []).append(event)
        return found


class Scene(NamedTuple):
    service: Serving
    client: Asking
    consumer: Outside
    acked: Acknowledged


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for seed in seeds:
        with scratch() as folder:
            async with (
                serving(folder / "home") as service,
                asking(service.url) as client,
                outside(service.nats_url()) as consumer,
            ):
                scene = Scene(service, client, consumer, Acknowledged(folder / "acked"))
                yield await _round(random.Random(seed), size, scene)


async def _round(chance: random.Random, size: int, scene: Scene) -> Outcome:
    client, consumer, acked = scene.client, scene.consumer, scene.acked
    lives = size // (_WRITERS * len(_LIFE)) + 1
    over = asyncio.Event()
    killing = asyncio.create_task(_killing(chance, 2 if size >= 1_000 else 1, scene))
    killing.add_done_callback(lambda _: over.set())
    await asyncio.gather(*(_writer(number, lives, over, client, acked) for number in range(_WRITERS)))
    recovery = await killing
    known = acked.by_campaign()
    count = sum(map(len, known.values()))
    await consumer.until(count)
    seen = {
        campaign: consumer.of(campaign) for campaign in {event["subject"] for event in consumer.events} | set(known)
    }
    stored = await _stored(client)
    return Outcome(
        acked=count,
        stored=len(consumer.events),
        lost=sum((Counter(known[campaign]) - Counter(seen[campaign])).total() for campaign in known),
        doubled=sum((Counter(seen[campaign]) - Counter(known.get(campaign, ()))).total() for campaign in seen),
        recovery=recovery,
        also={"kills": total(len(recovery)), "repeats": total(consumer.repeated)},
        broken=[*_disorder(known, seen, consumer), *_differences(known, stored)],
    )


async def _writer(number: int, lives: int, over: asyncio.Event, client: Asking, acked: Acknowledged) -> None:
    """At least so many lives, and as long as somebody is being killed."""
    life = 0
    while life < lives or not over.is_set():
        await _live(f"{number}-{life}", client, acked)
        life += 1


async def _live(name: str, client: Asking, acked: Acknowledged) -> str:
    made = await client.command(f"{name}-create", "/campaigns", {"name": f"Campaign {name}"})
    assert made.status == 201, made
    campaign = str(msgspec.json.decode(made.body)["id"])
    acked.note(campaign, _LIFE[0])
    for step, event in zip(_STEPS, _LIFE[1:], strict=True):
        answer = await client.command(f"{name}-{step}", f"/campaigns/{campaign}/{step}")
        assert answer.status == 200, answer
        acked.note(campaign, event)
    return campaign


async def _killing(chance: random.Random, each: int, scene: Scene) -> list[float]:
    victims = list(_VICTIMS) * each
    chance.shuffle(victims)
    backs = []
    for number, victim in enumerate(victims):
        await asyncio.sleep(chance.choice((0.05, 0.6, 1.2)))
        await scene.service.killed(victim)
        backs.append(asyncio.create_task(_until_back(f"probe-{number}", scene)))
    return list(await asyncio.gather(*backs))


async def _until_back(name: str, scene: Scene) -> float:
    began = time.monotonic()
    campaign = await _live(name, scene.client, scene.acked)
    while scene.consumer.of(campaign) != _LIFE:
        assert time.monotonic() < began + 60, f"{scene.consumer.of(campaign)} of {campaign} arrived in a minute"
        await asyncio.sleep(0.01)
    return time.monotonic() - began


async def _stored(client: Asking) -> dict[str, str]:
    """Status by campaign, as the list tells them, page by page."""
    found: dict[str, str] = {}
    cursor: str | None = ""
    while cursor is not None:
        page = await client.get(f"/campaigns?limit=100{cursor}")
        found |= {campaign["id"]: campaign["status"] for campaign in page["campaigns"]}
        cursor = f"&cursor={page['next_cursor']}" if page.get("next_cursor") else None
    return found


def _disorder(known: dict[str, list[str]], seen: dict[str, list[str]], consumer: Outside) -> list[str]:
    mixed = [f"{campaign} was told as {seen[campaign]}" for campaign in known if seen[campaign] != known[campaign]]
    positions = [event["sequence"] for event in consumer.events]
    return mixed if positions == sorted(positions) else [*mixed, "events arrived out of order"]


def _differences(known: dict[str, list[str]], stored: dict[str, str]) -> list[str]:
    missing = [f"{campaign} is not in the list" for campaign in known.keys() - stored.keys()]
    unknown = [f"{campaign} is in the list, and nobody was told so" for campaign in stored.keys() - known.keys()]
    unfinished = [f"{campaign} is {status}" for campaign, status in stored.items() if status != "completed"]
    return missing + unknown + unfinished

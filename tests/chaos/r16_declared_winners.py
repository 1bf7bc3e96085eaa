"""R16: a declared winner reaches everybody who waited for it, once, whatever is killed around its declaration.

A test is sent to its sample, then a winner is declared, by its figures (even seeds) or by a person, while scheduler,
projector and workers are killed at random moments around it. The pipeline's own log says who got which words.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from tests.chaos import pipeline_log
from tests.chaos.campaigning import Scene, Sending, campaigning
from tests.chaos.outcome import Outcome, total

ID = "R16"
ROUNDS, SIZE, SHORT = 6, 20_000, 1_000
_WINNER, _OTHER = "Long", "Short"
_KILLS, _AROUND = 3, 0.6  # so many within so many seconds before and after the declaration
_SEE = 100  # opens in one post


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    async with campaigning(size, settings={"EXPERIMENT_INTERVAL_SECONDS": "0.2"}) as scene:
        for seed in seeds:
            yield await _round(random.Random(seed), seed, size, scene)


async def _round(chance: random.Random, seed: int, size: int, scene: Scene) -> Outcome:
    by_figures = seed % 2 == 0
    sending = await scene.launch(f"Round {seed}", "in_app", **_test(automatic=by_figures))
    test = await scene.until(f"{sending.path}/ab-test", lambda seen: seen["state"] == "running")
    killers = [asyncio.create_task(_kill(chance.uniform(0, _AROUND), chance, scene)) for _ in range(_KILLS)]
    began = time.monotonic()
    await asyncio.sleep(chance.uniform(0, _AROUND / 2))
    await (_open(scene, sending) if by_figures else _declare(scene, sending, test))
    await asyncio.gather(*killers)
    ended = await sending.until_ended()
    recovery = time.monotonic() - began
    return await _outcome(scene, sending, ended["accounting"], size, recovery, kills=len(killers))


def _test(*, automatic: bool) -> dict[str, Any]:
    channel = {"channel_type": "in_app", "content": {"title": "", "body": "News"}}
    variants = [
        {
            "name": name,
            "allocation_percentage": 50,
            "channels": [{**channel, "content": {"title": name, "body": "News"}}],
        }
        for name in (_OTHER, _WINNER)
    ]
    asked = {"criterion": "open_rate", "test_sample_percentage": 30, "auto_winner": automatic, "min_sample": 50}
    return {"variants": variants, "experiment": asked}


async def _kill(after: float, chance: random.Random, scene: Scene) -> None:
    await asyncio.sleep(after)
    victim = chance.choice(["scheduler", "projector", "worker", "worker"])
    await (scene.workers.kill(chance.randrange(2)) if victim == "worker" else scene.service.killed(victim))


async def _declare(scene: Scene, sending: Sending, test: dict[str, Any]) -> None:
    (variant_id,) = [one["variant_id"] for one in test["variants"] if one["name"] == _WINNER]
    path = f"{sending.path}/ab-test/winner"
    answer = await scene.client.command(f"{path}-{time.time_ns()}", path, {"variant_id": variant_id})
    assert answer.status == 200, answer


async def _open(scene: Scene, sending: Sending) -> None:
    """Everybody who got the better variant opens it."""
    people = await _people(scene, sending, _WINNER)
    told = [{"message_id": one["message_id"], "type": "opened"} for one in people if one["state"] != "waiting"]
    for first in range(0, len(told), _SEE):
        path = "/feedback/relay"
        answer = await scene.client.command(f"{path}-{time.time_ns()}", path, {"events": told[first : first + _SEE]})
        assert answer.status == 202, answer


async def _outcome(
    scene: Scene, sending: Sending, accounting: dict[str, int], size: int, recovery: float, *, kills: int
) -> Outcome:
    got = [(user, _title(body)) for user, body in await pipeline_log.bodies(scene.service.nats_url())]
    once = Counter(user for user, _ in got)
    meant = {one["user_id"]: name for name in (_WINNER, _OTHER) for one in await _people(scene, sending, name)}
    test = await scene.client.get(f"{sending.path}/ab-test")
    broken = list(sending.broken)
    if wrong := [user for user, title in got if meant[user] != title]:
        broken.append(f"{len(wrong)} got other words than the ledger says, such as {wrong[0]}")
    if test["sample"]["rest"] == 0 or test["sample"]["rest_waits"]:
        broken.append(f"the rest was not let go: {test['sample']}")
    if Counter(meant.values())[_OTHER] >= test["sample"]["messages"]:
        broken.append("somebody beyond the sample got the variant that did not win")
    if accounting["sent"] != size:
        broken.append(f"{size} people were to be reached: {accounting}")
    declared = [one for one in await _history(scene, sending) if one == "campaign.winner_declared"]
    if len(declared) != 1:
        broken.append(f"{len(declared)} winners were declared")
    return Outcome(
        acked=size,
        stored=accounting["sent"],
        lost=size - len(once),
        doubled=sum(count - 1 for count in once.values()),
        uncertain=accounting["uncertain"],
        recovery=[recovery],
        also={"kills": total(kills), "rest": total(test["sample"]["rest"])},
        broken=broken,
    )


async def _people(scene: Scene, sending: Sending, variant: str) -> list[dict[str, Any]]:
    found, cursor = list[dict[str, Any]](), ""
    while True:
        page = await scene.client.get(f"{sending.path}/recipients?variant={variant}&limit=500{cursor}")
        found += page["recipients"]
        if not page["next_cursor"]:
            return found
        cursor = f"&cursor={quote(page['next_cursor'])}"


async def _history(scene: Scene, sending: Sending) -> list[str]:
    return [entry["event"] for entry in (await scene.client.get(f"{sending.path}/history"))["history"]]


def _title(body: bytes) -> str:
    return str(msgspec.json.decode(body)["content"]["title"])

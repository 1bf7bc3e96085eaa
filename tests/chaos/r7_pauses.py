"""R7: pause works: within a second of its answer nothing leaves any more, what is in flight is shown, and a resume
sends each of the rest once.

Mail leaves at full speed; pauses come at random points, and the mail server's log says when the last one arrived.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence

from tests.chaos.campaigning import Scene, Sending, campaigning
from tests.chaos.outcome import Outcome, most, total

ID = "R7"
ROUNDS, SIZE, SHORT = 3, 20_000, 6_000
_PAUSES = 3
_WITHIN = 1.0


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    async with campaigning(size) as scene:
        for seed in seeds:
            yield await _round(random.Random(seed), seed, size, scene)


async def _round(chance: random.Random, seed: int, size: int, scene: Scene) -> Outcome:
    scene.mails.forget()
    sending = await scene.launch(f"Round {seed}", "email")
    shares = sorted(chance.uniform(0.02, 0.7) for _ in range(_PAUSES))
    pauses = [await _pause(int(share * size), scene, sending) for share in shares]
    ended = await sending.until_ended()
    arrived = scene.mails.read().per_recipient()
    in_time = [pause for pause in pauses if pause is not None]
    broken = [*sending.broken, *(sentence for _, sentences in in_time for sentence in sentences)]
    if not in_time:
        broken.append("the campaign was over before anybody could pause it: take a larger size")
    if ended["accounting"]["sent"] != size:
        broken.append(f"{size} were to be reached: {ended['accounting']}")
    return Outcome(
        acked=size,
        stored=ended["accounting"]["sent"],
        lost=size - len(arrived),
        doubled=arrived.total() - len(arrived),
        uncertain=ended["accounting"]["uncertain"],
        also={"pauses": total(len(in_time)), "last_handover_s": most(max((late for late, _ in in_time), default=0.0))},
        broken=broken,
    )


async def _pause(count: int, scene: Scene, sending: Sending) -> tuple[float, list[str]] | None:
    """At `count` mails: the seconds from the answer to the last arrival, and what was not as promised.

    None when the campaign was over before.
    """
    if (await sending.until_sent(count))["status"] != "running" or not await sending.ask("pause"):
        return None
    answered = time.time()
    in_flight = (await sending.look())["accounting"]["sending"]
    await asyncio.sleep(_WITHIN + 0.2)
    quiet = await sending.look()
    before = len(scene.mails.read().arrivals)
    latest = max(0.0, scene.mails.arrivals[-1].at - answered)
    await asyncio.sleep(0.5)
    after = len(scene.mails.read().arrivals)
    broken = [f"{after - before} mails arrived long after the pause"] if after > before else []
    if latest > _WITHIN:
        broken.append(f"the last mail arrived {latest:.2f} s after the pause was answered ({in_flight} were in flight)")
    if quiet["status"] == "completed" and not quiet["accounting"]["waiting"]:
        return latest, broken  # what was in flight was all that was left
    if quiet["status"] != "paused" or quiet["accounting"]["sending"]:
        broken.append(f"a second after the pause: {quiet['status']}, {quiet['accounting']}")
    if quiet["accounting"]["sent"] != after:
        broken.append(f"{quiet['accounting']['sent']} are told as sent, {after} arrived")
    await sending.ask("resume")
    return latest, broken

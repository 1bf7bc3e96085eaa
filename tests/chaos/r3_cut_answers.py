"""R3: an outcome that the client could not see is resolvable: the same key gets the same answer, and one event.

Answers are cut off in two places: between API and client, when the answer is on its way, and between PostgreSQL and
API, when the COMMIT is done and nobody has heard of it.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import msgspec
from tests.chaos.asking import Asking, asking
from tests.chaos.faults.cable import Cable, cable
from tests.chaos.news import Outside, outside
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import own_servers, scratch, serving

ID = "R3"
ROUNDS, SIZE, SHORT = 5, 200, 12
_LIFE = ("activate", "pause", "resume", "complete")
_EVENTS = ["campaign.created", "campaign.activated", "campaign.paused", "campaign.resumed", "campaign.completed"]


class Scissors:
    """Cuts the next answer that says `word`; counts its cuts."""

    def __init__(self, wire: Cable, word: bytes) -> None:
        self.cuts = 0
        self._wire, self._word, self._after = wire, word, 0

    def arm(self, after: int = 0) -> None:
        """`after`: so many answers with the word may still pass."""
        self._after = after
        self._wire.on_answer = self._passes

    def _passes(self, piece: bytes) -> bool:
        if self._word not in piece:
            return True
        self._after -= 1
        if self._after >= 0:
            return True
        self._wire.mend()
        self.cuts += 1
        return False


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    with scratch() as folder, own_servers(folder) as servers:
        others = {"NATS_URL": servers.nats.url(), "DATABASE_URL": servers.postgres.url()}
        async with (
            cable(servers.postgres_target()) as database,
            serving(folder / "rest", others, roles="scheduler,relay,projector"),
            serving(
                folder / "api", others | {"DATABASE_URL": servers.postgres_through(database.port)}, roles="api"
            ) as api,
            cable(("127.0.0.1", int(api.url.rpartition(":")[2]))) as front,
            asking(f"http://127.0.0.1:{front.port}") as client,
            outside(servers.nats.url()) as consumer,
        ):
            scissors = (Scissors(front, b"HTTP/1.1 20"), Scissors(database, b"COMMIT\0"))
            for seed in seeds:
                yield await _round(seed, size, client, consumer, scissors)


async def _round(seed: int, size: int, client: Asking, consumer: Outside, scissors: Sequence[Scissors]) -> Outcome:
    chance = random.Random(seed)
    before, cuts = len(consumer.events), sum(each.cuts for each in scissors)
    lives = [await _live(f"{seed}-{number}", chance, client, scissors) for number in range(size // len(_EVENTS) + 1)]
    acked = len(lives) * len(_EVENTS)
    await consumer.until(before + acked)
    seen = [Counter(consumer.of(subject)) for subject, _, _ in lives]
    return Outcome(
        acked=acked,
        stored=len(consumer.events) - before,
        lost=sum((Counter(_EVENTS) - found).total() for found in seen),
        doubled=sum((found - Counter(_EVENTS)).total() for found in seen),
        recovery=[wait for _, waits, _ in lives for wait in waits],
        also={"cuts": total(sum(each.cuts for each in scissors) - cuts)},
        broken=[sentence for _, _, sentences in lives for sentence in sentences],
    )


async def _live(
    name: str, chance: random.Random, client: Asking, scissors: Sequence[Scissors]
) -> tuple[str, list[float], list[str]]:
    """A campaign's life, each step with its answer cut off at random: its id, waits, and what was not as promised."""
    waits, broken, path = list[float](), list[str](), "/campaigns"
    for step in ("create", *_LIFE):
        chance.choice(scissors).arm(after=chance.randrange(3))
        body = {"name": f"Campaign {name}"} if step == "create" else {}
        answer = await client.command(f"{name}-{step}", path if step == "create" else f"{path}/{step}", body)
        if answer.tries > 1:
            waits.append(answer.waited)
        again = await client.command(f"{name}-{step}", path if step == "create" else f"{path}/{step}", body)
        if (answer.status, answer.body) != (again.status, again.body):
            broken.append(
                f"{step} of {name}: first {answer.status} {answer.body!r}, then {again.status} {again.body!r}"
            )
        if answer.status not in {200, 201}:
            broken.append(f"{step} of {name} was answered with {answer.status}: {answer.body!r}")
            break
        if step == "create":
            path = f"/campaigns/{msgspec.json.decode(answer.body)['id']}"
    await asyncio.sleep(0)
    return path.rpartition("/")[2], waits, broken

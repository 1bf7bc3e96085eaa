"""R6: suppression wins: who has been told that no more mail comes gets none, and one click is enough.

Everybody has an earlier mail. While the next campaign leaves at full speed, random people whose turn is still to come
unsubscribe by the link of that mail, or are suppressed over REST. A mail that reaches one of them a second after the
answer breaks the promise; what was under way when the answer was given is told as `latest_s`.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import aiohttp
from tests.chaos.campaigning import Scene, Sending, campaigning
from tests.chaos.outcome import Outcome, most, total

ID = "R6"
ROUNDS, SIZE, SHORT = 3, 20_000, 2_000
_WITHIN = 1.0
_AT_ONCE = 4


class Gone(NamedTuple):
    """Who left, how, and when they were told so."""

    address: str
    by_link: bool
    at: float


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    async with campaigning(size) as scene, aiohttp.ClientSession() as browser:
        earlier = await scene.launch("The mail with the link", "email")
        await earlier.until_ended()
        links = {arrival.recipient: arrival.unsubscribe for arrival in scene.mails.read().arrivals}
        left = set[str]()
        for seed in seeds:
            outcome, gone = await _round(
                random.Random(seed), seed, {a: links[a] for a in links.keys() - left}, scene, browser
            )
            left |= gone
            yield outcome


async def _round(
    chance: random.Random, seed: int, links: dict[str, str], scene: Scene, browser: aiohttp.ClientSession
) -> tuple[Outcome, set[str]]:
    scene.mails.forget()
    sending = await scene.launch(f"Round {seed}", "email")
    gone = await _leaving(chance, links, scene, sending, browser)
    ended = await sending.until_ended()
    at = {arrival.recipient: arrival.at for arrival in scene.mails.read().arrivals}
    waits = [at[one.address] - one.at for one in gone if one.address in at]
    late = [one for one in gone if at.get(one.address, 0.0) > one.at + _WITHIN]
    kept = len(links) - len(gone)
    unspared = [address for address in links.keys() - {one.address for one in gone} if address not in at]
    broken = [f"{one.address} got a mail {at[one.address] - one.at:.2f} s after leaving" for one in late]
    if ended["accounting"]["sent"] != len(at):
        broken.append(f"{len(at)} arrived: {ended['accounting']}")
    figures = {
        "left": total(len(gone)),
        "by_link": total(sum(one.by_link for one in gone)),
        "spared": total(sum(one.address not in at for one in gone)),
        "latest_s": most(max((wait for wait in waits if wait > 0), default=0.0)),
    }
    outcome = Outcome(
        acked=kept,
        stored=ended["accounting"]["sent"],
        lost=len(unspared),
        doubled=len(scene.mails.arrivals) - len(at),
        uncertain=ended["accounting"]["uncertain"],
        also=figures,
        broken=[*sending.broken, *broken],
    )
    return outcome, {one.address for one in gone}


async def _leaving(
    chance: random.Random, links: dict[str, str], scene: Scene, sending: Sending, browser: aiohttp.ClientSession
) -> list[Gone]:
    """A few at a time, for as long as mail leaves; at most a fifth of all."""
    people = sorted(links)
    chance.shuffle(people)
    gone, queue = list[Gone](), people[: len(people) // 5]
    over = asyncio.create_task(sending.until_ended())

    async def leave() -> None:
        while queue and not over.done():
            address = queue.pop()
            by_link = chance.random() < 0.5
            await (_click(links[address], browser) if by_link else _suppress(address, scene))
            gone.append(Gone(address, by_link, time.time()))

    await asyncio.gather(*(leave() for _ in range(_AT_ONCE)))
    await over
    return gone


async def _click(link: str, browser: aiohttp.ClientSession) -> None:
    async with browser.post(link, data={"List-Unsubscribe": "One-Click"}) as answer:
        assert answer.status == 200, (link, answer.status)


async def _suppress(address: str, scene: Scene) -> None:
    body = {"user_id": address.partition("@")[0], "channel": "email", "reason": "unsubscribed"}
    answer = await scene.client.once("POST", "/suppressions", body)
    assert answer.status < 300, answer

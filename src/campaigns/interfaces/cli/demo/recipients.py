"""Recipients, played: some open, some click, some buy, a few unsubscribe, by the links in the mail they got."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import aiohttp
from rich.console import Console

from campaigns.interfaces.cli.demo.inbox import ArrivedMail
from campaigns.interfaces.cli.demo.progress import bar

OPEN, CLICK_AFTER_OPEN, UNSUBSCRIBE = 0.15, 0.30, 0.002
_AT_ONCE = 32

# What a person's mail client says of itself, and what a mail scanner says: the service tells them apart.
_PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0"
_SCANNER = "Barracuda Sentinel (EE)"
_SCANNED = 0.02


class Visit(NamedTuple):
    """One request that a recipient, or a scanner before them, makes."""

    method: str
    link: str
    agent: str = _PERSON


def visits(mails: Sequence[ArrivedMail], chance: random.Random) -> tuple[list[Visit], list[str]]:
    """What the recipients do with their mail, and the addresses of those who click (the later buyers)."""
    planned: list[Visit] = []
    clickers: list[str] = []
    for mail in mails:
        if chance.random() < _SCANNED:
            planned += [Visit("GET", link, _SCANNER) for link in mail.links.get("c", ())[:1]]
        if chance.random() < OPEN:
            planned += [Visit("GET", link) for link in mail.links.get("o", ())[:1]]
            if chance.random() < CLICK_AFTER_OPEN:
                planned += [Visit("GET", link) for link in mail.links.get("c", ())[:1]]
                clickers += mail.recipients
        if chance.random() < UNSUBSCRIBE:
            planned += [Visit("POST", link) for link in mail.links.get("u", ())[:1]]
    return planned, clickers


async def play(console: Console, planned: Sequence[Visit]) -> Counter[str]:
    """Follow the links, a few at a time; how often each kind was followed."""
    done: Counter[str] = Counter()
    todo = iter(planned)
    with bar(console, "Recipients open and click", len(planned)) as shown:
        connector = aiohttp.TCPConnector(limit=_AT_ONCE)
        async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as visitors:
            for _ in range(_AT_ONCE):
                visitors.create_task(_visitor(session, todo, done))
            while sum(done.values()) < len(planned):
                shown.reach(sum(done.values()))
                await asyncio.sleep(0.2)
        shown.reach(len(planned))
    return done


async def _visitor(session: aiohttp.ClientSession, todo: Iterable[Visit], done: Counter[str]) -> None:
    for method, link, agent in todo:
        form = {"List-Unsubscribe": "One-Click"} if method == "POST" else None
        head = {"User-Agent": agent}
        async with session.request(method, link, data=form, headers=head, allow_redirects=False) as answer:
            await answer.read()
            answer.raise_for_status()
        done[link.rsplit("/", 2)[1]] += 1

"""R25: forgetting that was begun is finished, whatever dies in between.

Everybody has had a message when three of them ask to be forgotten. The process that forgets is killed in the midst of
its first look, and once more during the next; its clock is moved to the second look. In the end no table and no stream
leads to any of them, the campaign accounts for as many people as before, and whoever listens to the events was told
once of each of them which message was theirs.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from tests.chaos.asking import Asking, asking
from tests.chaos.clocked_serving import ClockedServing
from tests.chaos.mailing import imported, until
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import OwnServers, own_servers, scratch
from tests.support.stream_contents import read_streams
from tests.support.table_contents import tables

ID = "R25"
ROUNDS, SIZE, SHORT = 10, 5_000, 300
"""The size is a number of people."""

_FORGOTTEN, _KILLS = 3, 2
_STREAMS = "CAMPAIGNS"
_ROLES = "api,worker,scheduler,relay,projector"
_EVERYBODY = {"criteria": {"not": {"field": "user_id", "operator": "equals", "value": "nobody"}}}
_CAMPAIGN = {
    "name": "Spring",
    "mode": "one_time",
    "audience": {"include": [_EVERYBODY]},
    "channels": [{"channel_type": "in_app", "content": {"title": "Spring", "body": "Hello {{ user_id }}"}}],
}


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for seed in seeds:
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(scratch())
            servers = stack.enter_context(own_servers(folder))
            yield await _round(random.Random(seed), size, folder, servers)


async def _round(chance: random.Random, size: int, folder: Path, servers: OwnServers) -> Outcome:
    settings = {"DATABASE_URL": servers.postgres.url(), "NATS_URL": servers.nats.url()}
    gone = [f"u{number}" for number in chance.sample(range(100, size), _FORGOTTEN)]
    async with AsyncExitStack() as stack:
        service = await _served(stack, folder, settings, timedelta())
        async with asking(service.url) as client:
            path = await _sent(client, size)
            before = await _accounted(client, path)
            known = [lead async for lead in _leads(gone, servers)]
            theirs = [await _message(client, path, user_id) for user_id in gone]
            for user_id in gone:
                asked = await client.once("POST", "/erasures", {"user_id": user_id})
                assert asked.status == 202, asked
        for number in range(_KILLS):
            await asyncio.sleep(chance.uniform(0, 1.5))
            await service.kill()
            service = await _served(stack, folder, settings, timedelta(seconds=30 * number))
        async with asking(service.url) as client:
            await until(lambda: _erasures(client), lambda found: {one["status"] for one in found} == {"erased"})
            after = await _accounted(client, path)
            told = await until(lambda: _told(servers), lambda found: len(found) >= len(theirs))
    leads = [lead async for lead in _leads(gone, servers)]
    return Outcome(
        acked=len(gone),
        stored=len(gone),
        lost=0 if before == after else 1,
        doubled=len(told) - len(set(told)),
        also={"kills": total(_KILLS), "led": total(len(known)), "leads": total(len(leads))},
        broken=[
            *leads,
            *_otherwise(before == after, f"{before} became {after}"),
            *_otherwise(bool(known), "not looked"),
            *_otherwise(set(told) == set(theirs), f"{theirs} were theirs, and told were {told}"),
        ],
    )


def _otherwise(holds: bool, says: str) -> list[str]:
    return [] if holds else [says]


async def _served(stack: AsyncExitStack, folder: Path, settings: Mapping[str, str], ahead: timedelta) -> ClockedServing:
    service = ClockedServing(folder / "home", settings, roles=_ROLES)
    service.believe(datetime.now(UTC) + ahead)
    stack.push_async_callback(service.end)
    await service.start()
    await service.until_ready()
    return service


async def _sent(client: Asking, size: int) -> str:
    await imported(client, size)
    made = await client.once("POST", "/campaigns", _CAMPAIGN)
    assert made.status == 201, made.body
    path = f"/campaigns/{msgspec.json.decode(made.body)['id']}"
    started = await client.once("POST", f"{path}/start", {})
    assert started.status == 200, started.body
    await until(lambda: _accounted(client, path), lambda found: found and found["sent"] == size)
    return path


async def _accounted(client: Asking, path: str) -> dict[str, Any]:
    runs = (await client.get(f"{path}/executions"))["executions"]
    return dict(runs[0]["accounting"]) if runs else {}


async def _erasures(client: Asking) -> list[dict[str, Any]]:
    return list((await client.get("/erasures"))["erasures"])


async def _message(client: Asking, path: str, user_id: str) -> str:
    return str((await client.get(f"{path}/recipients/{user_id}"))["recipient"]["message_id"])


async def _told(servers: OwnServers) -> list[str]:
    """Messages of erased people, as often as events name them."""
    held = await read_streams(servers.nats.url(), _STREAMS)
    news = [content.partition(b"\n")[2] for subject, content in held if subject.endswith(".person.erased")]
    return [message for body in news for message in msgspec.json.decode(body)["data"]["message_ids"]]


async def _leads(gone: Sequence[str], servers: OwnServers) -> AsyncIterator[str]:
    """Where one of them is still named."""
    named = re.compile(rb"(?<![A-Za-z0-9])(%s)(?![0-9])" % b"|".join(user_id.encode() for user_id in gone))

    def naming(contents: Iterator[tuple[str, bytes]]) -> Iterator[str]:
        return (f"{place} leads to {found[0]!r}" for place, held in contents if (found := named.search(held)))

    for lead in naming(tables(servers.postgres.url())):
        yield lead
    for lead in naming(iter(await read_streams(servers.nats.url(), _STREAMS))):
        yield lead

"""R10: a disk is full: it is said clearly, nothing is corrupt, and work goes on by itself once there is room.

Below a whole `campaigns serve` PostgreSQL and NATS each have a small disk, which is filled; PostgreSQL's once more
until it cannot even write its log and ends. Then the home of an API: uploads, imports and the spool for hits. The size
is the number of seconds that each disk is full.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import msgspec
import psycopg
from tests.chaos.asking import Asking, asking
from tests.chaos.commanding import Commanders
from tests.chaos.faults.cable import Cable, cable
from tests.chaos.faults.disk import filled, small_disk
from tests.chaos.mailing import ONE_CLICK, until, uploaded
from tests.chaos.news import Outside, outside
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import OwnServers, Serving, own_servers, scratch, serving
from tests.support.ledgers import WrittenLedger

from campaigns.domain.analytics.tokens import TouchKind, TrackingTokens
from campaigns.infrastructure.analytics.tracking_keys import parse_tracking_keys
from campaigns.infrastructure.embedded.secrets_file import embedded_secrets

ID = "R10"
ROUNDS, SIZE, SHORT = 1, 20, 3
_POSTGRES_MB, _NATS_MB, _HOME_MB = 260, 40, 40
_PATIENCE = 90.0
_UNHEARD = 35.0
"""NATS says nothing when it cannot store; so long the relay waits before it says so."""


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for seed in seeds:
        async with AsyncExitStack() as stack:
            yield await _servers_round(stack, f"r{seed}", size)


class Fault(msgspec.Struct, frozen=True):
    """Which disk, which probe should say so, for how long, and what happens once it is full."""

    store: str
    probe: str
    seconds: float
    then: Callable[["Tree"], None] = lambda _: None
    is_said: bool = True


class Tree(msgspec.Struct, frozen=True):
    service: Serving
    client: Asking
    consumer: Outside
    disks: dict[str, Path]


async def _servers_round(stack: AsyncExitStack, name: str, seconds: float) -> Outcome:
    home = stack.enter_context(scratch()) / "home"
    home.mkdir(mode=0o755)
    sizes = {"postgres": _POSTGRES_MB, "nats": _NATS_MB}
    disks = {store: stack.enter_context(small_disk(home / store, megabytes)) for store, megabytes in sizes.items()}
    service = await stack.enter_async_context(serving(home))
    client = await stack.enter_async_context(asking(service.url, seconds=30))
    consumer = await stack.enter_async_context(outside(service.nats_url()))
    tree = Tree(service, client, consumer, disks)
    commanders = Commanders(client, name)
    writing = [asyncio.create_task(commanders.command(who, 0.05)) for who in range(3)]
    await until(lambda: _count(tree), lambda count: count > 3)  # the stream stands
    recovery = [
        await _full(tree, Fault("postgres", "postgres", seconds), commanders),
        await _full(tree, Fault("postgres", "postgres", seconds, then=_exhaust_the_log), commanders),
        await _full(tree, Fault("nats", "followers", seconds, is_said=seconds > _UNHEARD), commanders),
    ]
    commanders.end()
    await asyncio.gather(*writing)
    outcome = await _judged(tree, name, commanders, recovery)
    home_broken = await _home_round(stack)
    return msgspec.structs.replace(outcome, broken=[*outcome.broken, *home_broken])


async def _full(tree: Tree, fault: Fault, commanders: Commanders) -> float:
    """Seconds from the room to readiness and the next event outside."""
    said: set[str] = set()
    with filled(tree.disks[fault.store]):
        await asyncio.to_thread(fault.then, tree)
        end = time.monotonic() + fault.seconds
        while time.monotonic() < end:
            said.add(await _said(tree, fault.probe))
            await asyncio.sleep(0.3)
    if fault.is_said and said == {"ok"}:
        commanders.broken.append(f"readiness never said that the disk of {fault.store} is full")
    began, heard = time.monotonic(), len(tree.consumer.events)
    await tree.service.until_ready(_PATIENCE)
    await until(lambda: _count(tree), lambda count: count > heard, _PATIENCE)
    return time.monotonic() - began


async def _said(tree: Tree, probe: str) -> str:
    try:
        async with tree.client._session.get(f"{tree.service.url}/health/ready") as answer:
            found = (await answer.json())["dependencies"][probe]
    except (aiohttp.ClientError, TimeoutError):
        return "nothing"
    return "ok" if found["status"] == "ok" else f"{found['status']}: {found['detail']}"


def _exhaust_the_log(tree: Tree) -> None:
    """Until PostgreSQL has no segment left to write to, and ends."""
    secrets = embedded_secrets(tree.service.home / "secrets.json")
    url = tree.service.postgres_url().replace("campaigns:", "postgres:", 1)
    url = url.replace(secrets.postgres_user, secrets.postgres_superuser).replace("/campaigns?", "/postgres?")
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for _ in range(200):
                connection.execute("select pg_logical_emit_message(false, 'ballast', repeat('x', 1000000))")
    except psycopg.OperationalError:
        return
    raise AssertionError("the log never ran out of room")


async def _judged(tree: Tree, name: str, commanders: Commanders, recovery: Sequence[float]) -> Outcome:
    known = await asyncio.to_thread(_names, tree, name)
    wanted = set(commanders.acked)
    await until(lambda: _announced(tree, known), lambda missing: missing == 0, _PATIENCE)
    return Outcome(
        acked=len(wanted), stored=len(known), lost=len(wanted - set(known)), doubled=len(known) - len(set(known)),
        recovery=recovery, also={"refused": total(commanders.refusals.total()), "restarts": total(_restarts(tree))},
        broken=commanders.broken,
    )  # fmt: skip


def _restarts(tree: Tree) -> int:
    """How often the supervisor started PostgreSQL or NATS anew."""
    return tree.service.log.read_text().count('"event":"process_ended"')


def _names(tree: Tree, name: str) -> list[str]:
    with psycopg.connect(tree.service.postgres_url()) as connection:
        connection.execute("set role campaigns_system")
        rows = connection.execute("select name from campaign_listing where name like %s", (f"{name}-%",)).fetchall()
    return [row[0] for row in rows]


async def _announced(tree: Tree, known: Sequence[str]) -> int:
    return max(len(known) - sum(event["type"] == "campaign.created" for event in tree.consumer.events), 0)


async def _count(tree: Tree) -> int:
    return len(tree.consumer.events)


class Front(msgspec.Struct, frozen=True):
    servers: OwnServers
    service: Serving
    client: Asking
    wire: Cable


async def _home_round(stack: AsyncExitStack) -> list[str]:
    """Everything else that an API writes: what is refused is said, what is answered is kept."""
    enter, folder = stack.enter_async_context, stack.enter_context(scratch())
    servers = stack.enter_context(own_servers(folder))
    home = stack.enter_context(small_disk(folder / "home", _HOME_MB))
    wire = await enter(cable(servers.postgres_target()))
    settings = {"DATABASE_URL": servers.postgres_through(wire.port), "NATS_URL": servers.nats.url()}
    service = await enter(serving(home, settings, roles="api,tracking,scheduler"))
    front = Front(servers, service, await enter(asking(service.url, seconds=30)), wire)
    broken: list[str] = []
    with filled(home):
        broken += await _upload_is_refused(front)
        broken += await _unsubscribe_is_refused(front)
        await until(lambda: _answered(front), lambda status: status == 201, _PATIENCE)
    path = await uploaded(front.client, "people", 100)
    seen = await until(lambda: front.client.get(path), lambda seen: seen["status"] in {"completed", "failed"})
    return broken + ([] if seen["status"] == "completed" else [f"the import after it: {seen}"])


async def _answered(front: Front) -> int:
    """A command needs no room here."""
    return (await front.client.once("POST", "/campaigns", {"name": f"at {time.monotonic()}"})).status


async def _upload_is_refused(front: Front) -> list[str]:
    form = aiohttp.FormData({"dataset": "people"})
    form.add_field("file", b"user_id\n" + b"u1\n" * 5_000, filename="people.csv")
    async with front.client._session.post(f"{front.client.address}/api/v1/audience/imports", data=form) as answer:
        text = await answer.text()
    said = answer.status == 503 and "the disk is full" in text and "Retry-After" in answer.headers
    return [] if said else [f"an upload without room: {answer.status} {text}"]


async def _unsubscribe_is_refused(front: Front) -> list[str]:
    """Neither Postgres nor the spool can take it: it must not be promised."""
    WrittenLedger(front.servers.postgres.url(), people=3, execution_no=1, tenant="default")
    keys = parse_tracking_keys((front.service.home / "tracking.keys").read_text())
    link = f"{front.service.url}/t/u/{TrackingTokens(keys).sign(1, 1, TouchKind.UNSUBSCRIBE)}"
    front.wire.cut()
    try:
        async with front.client._session.post(link, data=ONE_CLICK) as answer:
            said = answer.status == 503 and "Retry-After" in answer.headers
    finally:
        front.wire.mend()
    return [] if said else [f"an unsubscribe without room: {answer.status}"]

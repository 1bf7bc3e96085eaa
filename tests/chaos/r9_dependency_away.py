"""R9: a dependency is away: it is named, nothing that was answered is lost, and everything drains after.

PostgreSQL, NATS and the mail server are each away twice: once their connections are cut and new ones refused, once they
say nothing at all. All the while writers give commands, a campaign is being sent, and people open, click and
unsubscribe. The size is the number of seconds each is away.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import msgspec
import psycopg
from tests.chaos.asking import Asking, asking
from tests.chaos.commanding import Commanders
from tests.chaos.faults.cable import Cable, cable
from tests.chaos.mailing import Visitors, imported, launched, sent, until
from tests.chaos.news import Outside, outside
from tests.chaos.outcome import Outcome, most, total
from tests.chaos.serving import OwnServers, Serving, own_servers, scratch, serving

from campaigns.infrastructure.embedded.smtp_sink import SmtpSink, smtp_sink

ID = "R9"
ROUNDS, SIZE, SHORT = 1, 60, 2
_ALL = "api,tracking,worker,scheduler,relay,projector"
_A_SECOND = 20  # mails
_BRIEFLY = 5  # seconds: then silence is tried on PostgreSQL alone
_DOWN, _DEGRADED = (503, "down"), (200, "degraded")
_NAMED_AS = {"postgres": _DOWN, "nats": _DOWN, "mail": _DEGRADED}  # mail waits for its server; nothing else does
_KINDS = {"o": 20, "c": 21, "u": 24}


class Stage(msgspec.Struct, frozen=True):
    servers: OwnServers
    service: Serving
    client: Asking
    sink: SmtpSink
    consumer: Outside
    wires: dict[str, Cable]


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for seed in seeds:
        async with AsyncExitStack() as stack:
            yield await _round(await _stage(stack), f"r{seed}", size)


async def _stage(stack: AsyncExitStack) -> Stage:
    enter = stack.enter_async_context
    folder = stack.enter_context(scratch())
    servers, sink = stack.enter_context(own_servers(folder)), await enter(smtp_sink())
    targets = {
        "postgres": servers.postgres_target(), "nats": servers.nats_target(), "mail": ("127.0.0.1", sink.port),
    }  # fmt: skip
    wires = {name: await enter(cable(target)) for name, target in targets.items()}
    settings = {
        "DATABASE_URL": servers.postgres_through(wires["postgres"].port),
        "NATS_URL": servers.nats_through(wires["nats"].port),
        "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(wires["mail"].port), "SMTP_TLS": "none",
    }  # fmt: skip
    service = await enter(serving(folder / "home", settings, roles=_ALL))
    client, consumer = await enter(asking(service.url, seconds=30)), await enter(outside(servers.nats.url()))
    return Stage(servers, service, client, sink, consumer, wires)


async def _round(stage: Stage, name: str, seconds: float) -> Outcome:
    hows = ("cut", "silence")
    faults = [
        (who, how) for who in stage.wires for how in hows if seconds > _BRIEFLY or who == "postgres" or how == "cut"
    ]
    people = int(_A_SECOND * len(faults) * (seconds + 1))
    await imported(stage.client, people)
    path = await launched(stage.client, name, a_minute=_A_SECOND * 60)
    commanders = Commanders(stage.client, name)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        visitors = Visitors(stage.sink, stage.service.url, session)
        visiting = asyncio.create_task(visitors.visit(1 / _A_SECOND))
        writing = [asyncio.create_task(commanders.command(who)) for who in range(3)]
        recovery = [await _fault(stage, who, how, seconds, commanders) for who, how in faults]
        commanders.end()
        await asyncio.gather(*writing)
        await sent(stage.client, path, patience=people / _A_SECOND + 120)
        visitors.over = True
        await visiting
    return await _judged(stage, name, people, (commanders, visitors), recovery)


async def _fault(stage: Stage, who: str, how: str, seconds: float, commanders: Commanders) -> float:
    """Seconds from the mending to readiness."""
    wire, probe = stage.wires[who], {"mail": "mail server"}.get(who, who)
    getattr(wire, how)()
    end = time.monotonic() + seconds
    named = None
    while time.monotonic() < end:
        status, found = await _readiness(stage)
        named = named or (status, found.get(probe, {}).get("status")) == _NAMED_AS[who]
        await asyncio.sleep(0.2)
    if not named and seconds >= 20:
        commanders.broken.append(f"readiness never named {who} ({how}): {found}")
    wire.mend()
    began = time.monotonic()
    await stage.service.until_ready(120)
    return time.monotonic() - began


async def _readiness(stage: Stage) -> tuple[int, dict[str, Any]]:
    async with stage.client._session.get(f"{stage.service.url}/health/ready") as answer:
        return answer.status, dict((await answer.json())["dependencies"])


async def _judged(
    stage: Stage, name: str, people: int, active: tuple[Commanders, Visitors], recovery: Sequence[float]
) -> Outcome:
    commanders, visitors = active
    known = await until(lambda: _created(stage, name), lambda found: len(found) >= len(commanders.acked))
    await until(lambda: _announced(stage, known), lambda missing: missing == 0)
    hits = await until(lambda: _hits(stage), lambda found: all(
        found.get(number, 0) >= visitors.answered[kind] for kind, number in _KINDS.items()
    ))  # fmt: skip
    mails = stage.sink.per_recipient
    uncertain = await asyncio.to_thread(_count, stage, "select count(*) from message_state where outcome = 'uncertain'")
    unsent = people - len(mails)
    lost_hits = sum(max(visitors.answered[kind] - hits.get(number, 0), 0) for kind, number in _KINDS.items())
    repeated = sum(
        max(hits.get(number, 0) - visitors.answered[kind] - visitors.unseen[kind], 0) for kind, number in _KINDS.items()
    )
    return Outcome(
        acked=len(commanders.acked) + visitors.answered.total() + len(mails),
        stored=len(known) + sum(hits.values()) + len(mails),
        lost=len(set(commanders.acked) - set(known)) + max(unsent - uncertain, 0) + lost_hits,
        doubled=len(known) - len(set(known)) + sum(count > 1 for count in mails.values()) + repeated,
        uncertain=uncertain,
        recovery=recovery,
        also={
            "refused": total(commanders.refusals.total()),
            "hits": total(visitors.answered.total()),
            "longest": most(commanders.longest),
        },
        broken=[*commanders.broken, *_refused_hits(visitors)],
    )


def _refused_hits(visitors: Visitors) -> list[str]:
    return [f"{count} visits were answered with {answer}" for answer, count in visitors.refused.items()]


async def _created(stage: Stage, name: str) -> list[str]:
    statement = "select name from campaign_listing where name like %s"
    return [row[0] for row in await asyncio.to_thread(_rows, stage, statement, f"{name}-%")]


async def _announced(stage: Stage, known: Sequence[str]) -> int:
    """How many creations have not been heard of outside."""
    heard = sum(event["type"] == "campaign.created" for event in stage.consumer.events)
    return max(len(known) + 1 - heard, 0)


async def _hits(stage: Stage) -> dict[int, int]:
    statement = "select kind, count(distinct source_event_id) from message_facts group by kind"
    return dict(await asyncio.to_thread(_rows, stage, statement))


def _count(stage: Stage, statement: str) -> int:
    return int(_rows(stage, statement)[0][0])


def _rows(stage: Stage, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(stage.servers.postgres.url()) as connection:
        connection.execute("set role campaigns_system")
        return connection.execute(statement, values).fetchall()  # type: ignore[arg-type]

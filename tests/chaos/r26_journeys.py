"""R26: a step of a journey happens once.

Everybody has had a message. Three campaigns follow it: one those who click, one those who open, one those who do neither
for three days. They are activated, and clients report clicks and opens, while API, scheduler, projector and worker of a
whole `campaigns serve` are killed at random; in every second round the projector stands still for longer than hits need
to settle. Then three days pass, as the ledger tells. What each person did is the client's own list: they have got the
messages of just the steps that they took, each once.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
import psycopg
from tests.chaos import pipeline_log
from tests.chaos.asking import Asking, asking
from tests.chaos.faults.processes import frozen
from tests.chaos.mailing import imported, until
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import Serving, scratch, serving

ID = "R26"
ROUNDS, SIZE, SHORT = 6, 2_000, 200
"""The size is a number of people."""

_VICTIMS = ("api", "scheduler", "projector", "worker")
_STANDSTILL = 8.0  # seconds; hits settle in six
_HUNT = 5.0  # seconds
_IDLE = "4"  # seconds after which the projector loses a transaction in which it stands still
_TELLERS, _TOLD_AT_ONCE = 4, 25
_PATIENCE = 90.0
_EVERYBODY = {"criteria": {"not": {"field": "user_id", "operator": "equals", "value": "nobody"}}}
_STEPS = ("clicked", "opened", "not_opened_after_3_days")
_DOES = (("clicked",), ("opened",), ("opened", "clicked", "opened"), ())
"""What people do with their message, by turns; who does nothing is silent."""

_AMID = """
select from pg_stat_activity
 where state = 'idle in transaction' and clock_timestamp() - state_change > interval '40 milliseconds'"""
_AGE = b"""
update %s set at = now() + interval '1 second' - interval '3 days' where kind = 1 and at > now() - interval '3 days'"""


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    with scratch() as folder:
        settings = {"TRIGGER_GATHERING_SECONDS": "0.3", "DATABASE_IDLE_SECONDS": _IDLE}
        async with serving(folder / "home", settings) as service, asking(service.url) as client:
            await imported(client, size)
            for seed in seeds:
                yield await _round(random.Random(seed), seed, size, service, client)


async def _round(chance: random.Random, seed: int, size: int, service: Serving, client: Asking) -> Outcome:
    first = await _made(f"first-{seed}", client, mode="one_time", audience={"include": [_EVERYBODY]})
    started = await client.command(f"start-{seed}", f"{first}/start")
    assert started.status == 200, started
    await until(lambda: _sent(client, first), lambda sent: sent == size)
    done = {recipient: chance.choice(_DOES) for recipient in await _messages(client, first)}
    await pipeline_log.arrived(service.nats_url())
    breaking = asyncio.create_task(_break(chance, seed, service, client, first))
    following = await _followers(seed, first, client)
    await _tell(str(seed), done, client)
    await asyncio.to_thread(_three_days_pass, service.postgres_url())
    recovery = await breaking
    expected = {step: {user for (user, _), did in done.items() if _took(step, did)} for step in _STEPS}
    broken = await _until_answered(following, expected, client)
    got = await _got(service)
    for step, path in following.items():
        await client.command(f"end-{seed}-{step}", f"{path}/complete")
    wanted = Counter((step, user) for step, users in expected.items() for user in users)
    return Outcome(
        acked=wanted.total(),
        stored=got.total(),
        lost=(wanted - got).total(),
        doubled=sum(count - 1 for count in got.values()),
        recovery=recovery,
        also={"kills": total(len(_VICTIMS)), "standstills": total(1 - seed % 2)},
        broken=[*broken, *(f"{user} did not take the step {step}" for step, user in got.keys() - wanted.keys())],
    )


def _took(step: str, did: Sequence[str]) -> bool:
    return step in did or (step.startswith("not") and not did)


async def _made(name: str, client: Asking, **fields: Any) -> str:
    content = {"title": name, "body": "Hello {{ user_id }}"}
    body = {"name": name, "channels": [{"channel_type": "in_app", "content": content}], **fields}
    made = await client.command(f"make-{name.replace(' ', '-')}", "/campaigns", body)
    assert made.status == 201, made
    return f"/campaigns/{msgspec.json.decode(made.body)['id']}"


async def _followers(seed: int, first: str, client: Asking) -> Mapping[str, str]:
    """By step, in force when this returns."""
    criteria = {"field": "event.campaign_id", "operator": "equals", "value": first.rpartition("/")[2]}
    following = {}
    for step in _STEPS:
        trigger = {"event_type": f"campaign.message.{step}", "criteria": criteria, "frequency_limit": None}
        path = await _made(f"step {step} {seed}", client, mode="triggered", audience={}, triggers=[trigger])
        activated = await client.command(f"activate-{seed}-{step}", f"{path}/activate")
        assert activated.status == 200, activated
        following[step] = path
    return following


async def _messages(client: Asking, path: str) -> list[tuple[str, str]]:
    """Everybody with the id of their message."""
    found, cursor = list[tuple[str, str]](), ""
    while True:
        page = await client.get(f"{path}/recipients?limit=500{cursor}")
        found += [(one["user_id"], one["message_id"]) for one in page["recipients"]]
        if not page["next_cursor"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def _tell(name: str, done: Mapping[tuple[str, str], Sequence[str]], client: Asking) -> None:
    """All of it is acknowledged when this returns."""
    events = [
        {"message_id": message, "type": step, "event_id": f"{message}:{number}"}
        for (_, message), steps in done.items()
        for number, step in enumerate(steps)
    ]
    posts = [events[at : at + _TOLD_AT_ONCE] for at in range(0, len(events), _TOLD_AT_ONCE)]

    async def tell(share: int) -> None:
        for number, post in list(enumerate(posts))[share::_TELLERS]:
            answer = await client.command(f"tell-{name}-{number}", "/feedback/acme", {"events": post})
            assert answer.status == 202, answer
            assert msgspec.json.decode(answer.body)["unknown"] == [], answer

    await asyncio.gather(*map(tell, range(_TELLERS)))


async def _break(chance: random.Random, seed: int, service: Serving, client: Asking, path: str) -> list[float]:
    """Each victim once; how long it took until somebody was answered.

    Whoever needs what somebody holds who stands still waits until Postgres takes it away.
    """
    if seed % 2 == 0:
        await _stand_still(service)
    recovery = list[float]()
    for victim in chance.sample(_VICTIMS, len(_VICTIMS)):
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        await service.killed(victim)
        began = time.monotonic()
        await client.get(f"{path}/executions")
        recovery.append(time.monotonic() - began)
    return recovery


async def _stand_still(service: Serving) -> None:
    """The projector, within a transaction where it can soon be caught in one."""
    end = time.monotonic() + _HUNT
    with psycopg.connect(service.postgres_url(), autocommit=True) as connection:
        while True:
            with frozen(service.pids("projector")[0]):
                await asyncio.sleep(0.05)
                if connection.execute(_AMID).fetchone() is not None or time.monotonic() > end:
                    await asyncio.sleep(_STANDSTILL)
                    return
            await asyncio.sleep(0.05)


def _three_days_pass(database: str) -> None:
    """What was sent becomes three days old in a second."""
    with psycopg.connect(database) as connection:
        for table in (b"message_ranges", b"message_facts"):
            connection.execute(b"alter table %s no force row level security" % table)
            connection.execute(_AGE % table)
            connection.execute(b"alter table %s force row level security" % table)


async def _until_answered(following: Mapping[str, str], expected: Mapping[str, set[str]], client: Asking) -> list[str]:
    """What was contradicted on the way."""
    end, broken = time.monotonic() + _PATIENCE, list[str]()
    while True:
        sent = {step: await _sent(client, path, broken) for step, path in following.items()}
        if all(sent[step] >= len(users) for step, users in expected.items()):
            return broken
        if time.monotonic() > end:
            wanted = {step: len(users) for step, users in expected.items()}
            return [*broken, f"in {_PATIENCE:.0f} s {sent} were written to, not {wanted}"]
        await asyncio.sleep(0.2)


async def _sent(client: Asking, path: str, broken: list[str] | None = None) -> int:
    """How many have been written to in all runs."""
    runs = (await client.get(f"{path}/executions"))["executions"]
    if broken is not None:
        broken += [f"the accounting does not add up: {run}" for run in runs if not run["accounting"]["holds"]]
    return sum(run["accounting"]["sent"] for run in runs)


async def _got(service: Serving) -> Counter[tuple[str, str]]:
    """How often each person got the message of each step; who would write twice has had a second to do so."""
    await asyncio.sleep(1.0)
    bodies = await pipeline_log.bodies(service.nats_url())
    titles = [(recipient, msgspec.json.decode(body)["content"]["title"]) for recipient, body in bodies]
    return Counter((title.split(" ")[1], recipient) for recipient, title in titles)

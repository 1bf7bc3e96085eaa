"""R5: effects of consumed events happen once.

What providers and shops say of a campaign is delivered three times in random order, half of it over HTTP and half of it
on NATS, then the whole of it once more, and the whole stream is played again from its first message. The figures must be
those of the first telling, and the tables behind them byte for byte those of a clean rebuild.
"""

import asyncio
import hashlib
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import nats
import psycopg
from nats.js import JetStreamContext
from tests.chaos.campaigning import Scene, Sending, campaigning
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import environment

ID = "R5"
ROUNDS, SIZE, SHORT = 2, 3_000, 300
_TIMES, _POST, _AT_ONCE = 3, 500, 4
_PATIENCE = 60.0
_TABLES = ("campaign_metrics", "campaign_amounts", "metric_pages")
_LISTED = ("suppressions", "inbox")
_CONVERSION = {"event_type": "order.completed", "window_days": 7, "model": "last_touch"}

_TYPES = ("delivered", "bounced", "opened", "clicked", "replied", "complained")
_STREAM, _SOURCE = "CAMPAIGNS_IN", "/notifications"

Event = dict[str, Any]


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    async with campaigning(size) as scene:
        for seed in seeds:
            yield await _round(random.Random(seed), seed, scene)


async def _round(chance: random.Random, seed: int, scene: Scene) -> Outcome:
    sending = await scene.launch(f"Round {seed}", "in_app", conversion=_CONVERSION)
    ended = await sending.until_ended()
    recipients = await sending.recipients("sent")
    said = _said(chance, recipients)
    delivered = {event["message_id"] for event in said if event["type"] == "delivered"}
    bought = _bought(chance, [one for one in recipients if one["message_id"] in delivered], seed)
    expected = {"sent": ended["accounting"]["sent"], **_counted(said), "converted": len(bought)}
    began = time.monotonic()
    posted, published = _halves(chance, said)
    await asyncio.gather(
        _tell(chance, scene, "/feedback/acme", posted * _TIMES), _publish(chance, scene, published * _TIMES)
    )
    counted = await _settled(sending, expected | {"converted": 0})
    await _tell(chance, scene, "/events", bought * _TIMES)
    counted = await _settled(sending, expected)
    seconds = time.monotonic() - began
    first, figures = _tables(scene), await sending.metrics()
    await _tell(chance, scene, "/feedback/acme", posted)
    await _publish(chance, scene, published)
    await _tell(chance, scene, "/events", bought)
    replayed = await _replayed(scene)
    await asyncio.sleep(2.0)
    again, figures_again = _tables(scene), await sending.metrics()
    await _rebuild(scene)
    rebuilt, figures_rebuilt = _tables(scene), await sending.metrics()
    return Outcome(
        acked=sum(expected.values()),
        stored=sum(counted.values()),
        lost=sum(max(0, expected[name] - counted[name]) for name in expected),
        doubled=sum(max(0, counted[name] - expected[name]) for name in expected),
        also={
            "told": total((_TIMES + 1) * (len(said) + len(bought)) + replayed),
            "replayed": total(replayed),
            "fold_s": total(seconds),
        },
        broken=[
            *sending.broken,
            *(
                f"{expected[name]} {name}, {counted[name]} counted"
                for name in expected
                if expected[name] != counted[name]
            ),
            *_differences("telling everything again", first, again, figures == figures_again),
            *_differences("a rebuild", first, rebuilt, figures == figures_rebuilt),
        ],
    )


def _said(chance: random.Random, recipients: Sequence[Event]) -> list[Event]:
    """Delivery reports, opens, clicks, soft bounces and replies; several opens of one message are several."""
    at, events = _now(), list[Event]()
    for recipient in recipients:
        message = recipient["message_id"]
        outcome = "delivered" if chance.random() < 0.9 else "bounced"
        names = [outcome, *("opened" for _ in range(chance.choice((0, 0, 1, 3))))]
        names += ["clicked"] * (chance.random() < 0.2) + ["replied"] * (chance.random() < 0.05)
        names += ["complained"] * (chance.random() < 0.02)
        events += [
            {"message_id": message, "type": name, "event_id": f"{message}:{number}:{name}", "at": at}
            | ({"bounce_type": chance.choice(("soft", "hard"))} if name == "bounced" else {})
            for number, name in enumerate(names)
        ]
    return events


def _halves(chance: random.Random, events: Sequence[Event]) -> tuple[list[Event], list[Event]]:
    """By event: what is told in one way is never told in the other."""
    over_http = {event["event_id"] for event in events if chance.random() < 0.5}
    return (
        [event for event in events if event["event_id"] in over_http],
        [event for event in events if event["event_id"] not in over_http],
    )


async def _publish(chance: random.Random, scene: Scene, events: Sequence[Event]) -> None:
    """In random order, as plain bodies, single CloudEvents and batches of them."""
    client = await nats.connect(scene.service.nats_url())
    try:
        for event_type in chance.sample(_TYPES, len(_TYPES)):
            waiting = chance.sample(mine := [event for event in events if event["type"] == event_type], len(mine))
            while waiting:
                together, waiting = waiting[: (count := chance.choice((1, 1, 30)))], waiting[count:]
                form = chance.choice((_plain, _cloud_event)) if count == 1 else _cloud_events
                await client.jetstream().publish(f"notification.{event_type}", msgspec.json.encode(form(together)))
    finally:
        await client.close()


def _plain(events: Sequence[Event]) -> Any:
    """Known by the same name as the CloudEvent."""
    return _body(events[0]) | {"event_id": events[0]["event_id"], "source": _SOURCE, "timestamp": events[0]["at"]}


def _cloud_event(events: Sequence[Event]) -> Any:
    return _cloud_events(events[:1])[0]


def _cloud_events(events: Sequence[Event]) -> list[Event]:
    return [
        {
            "specversion": "1.0",
            "id": event["event_id"],
            "source": _SOURCE,
            "type": f"notification.{event['type']}",
            "time": event["at"],
            "data": _body(event),
        }
        for event in events
    ]


def _body(event: Event) -> Event:
    return {name: event[name] for name in ("message_id", "bounce_type") if name in event}


async def _replayed(scene: Scene) -> int:
    """Every message of the stream once more: our consumers are taken away, and begin anew. How many there are."""
    client = await nats.connect(scene.service.nats_url())
    try:
        jetstream = client.jetstream()
        for consumer in await jetstream.consumers_info(_STREAM):
            await jetstream.delete_consumer(_STREAM, consumer.name)
        stored = (await jetstream.stream_info(_STREAM)).state.messages
        end = time.monotonic() + _PATIENCE
        while await _behind(jetstream) and time.monotonic() < end:
            await asyncio.sleep(0.2)
        return int(stored)
    finally:
        await client.close()


async def _behind(jetstream: JetStreamContext) -> bool:
    """Whether a consumer of what is told here is missing, or has something left."""
    names = tuple(f"notification_{event_type}" for event_type in _TYPES)
    found = [each for each in await jetstream.consumers_info(_STREAM) if each.name.endswith(names)]
    return len(found) < len(_TYPES) or any((each.num_pending or 0) + (each.num_ack_pending or 0) for each in found)


def _bought(chance: random.Random, recipients: Sequence[Event], seed: int) -> list[Event]:
    at, buyers = _now(), [one["user_id"] for one in recipients if chance.random() < 0.1]
    order = {"event_type": "order.completed", "at": at, "value": "12.50", "currency": "EUR"}
    return [{"event_id": f"order-{seed}-{buyer}", "user_id": buyer, **order} for buyer in buyers]


def _counted(said: Sequence[Event]) -> dict[str, int]:
    """As the measures are named; every event once."""
    each = Counter(event["type"] for event in said)
    opened = len({event["message_id"] for event in said if event["type"] == "opened"})
    plain = {name: each[name] for name in ("delivered", "clicked", "bounced", "replied", "complained")}
    return {**plain, "opened": opened, "opened_total": each["opened"], "clicked_total": each["clicked"]}


async def _tell(chance: random.Random, scene: Scene, path: str, events: Sequence[Event]) -> None:
    """In random order, in several posts at once."""
    mixed = chance.sample(events, len(events))
    posts = [mixed[first : first + _POST] for first in range(0, len(mixed), _POST)]

    async def post() -> None:
        while posts:
            answer = await scene.client.once("POST", path, {"events": posts.pop()})
            assert answer.status == 202, answer

    await asyncio.gather(*(post() for _ in range(_AT_ONCE)))


async def _settled(sending: Sending, expected: dict[str, int]) -> dict[str, int]:
    """What is counted as soon as it is what is expected, or at the end of all patience."""
    end = time.monotonic() + _PATIENCE
    while True:
        totals = (await sending.metrics())["totals"]
        counted = {name: totals[name] for name in expected}
        if counted == expected or time.monotonic() > end:
            return counted
        await asyncio.sleep(0.1)


def _tables(scene: Scene) -> dict[str, str]:
    """A hash of all rows of the active generation, by table."""
    found = {}
    with psycopg.connect(scene.service.postgres_url()) as connection:
        connection.execute("set local role campaigns_system")
        for table in _TABLES:
            rows = connection.execute(
                f"select to_jsonb(t) - 'generation' from {table} t"
                " where generation = (select active from metric_generations)"
            ).fetchall()
            written = sorted(msgspec.json.encode(row[0], order="deterministic") for row in rows)
            found[table] = f"{len(rows)} rows, {hashlib.sha256(b''.join(written)).hexdigest()[:16]}"
        for table in _LISTED:
            rows = connection.execute(f"select to_jsonb(t) - 'received_at' from {table} t").fetchall()
            written = sorted(msgspec.json.encode(row[0], order="deterministic") for row in rows)
            found[table] = f"{len(rows)} rows, {hashlib.sha256(b''.join(written)).hexdigest()[:16]}"
    return found


async def _rebuild(scene: Scene) -> None:
    program = (sys.executable, "-m", "campaigns", "projections", "rebuild", "metrics")
    servers = {"DATABASE_URL": scene.service.postgres_url(), "NATS_URL": scene.service.nats_url()}
    process = await asyncio.create_subprocess_exec(
        *program, env=environment(scene.service.home, servers), stdout=asyncio.subprocess.DEVNULL
    )
    assert await process.wait() == 0


def _differences(what: str, before: dict[str, str], after: dict[str, str], same_figures: bool) -> list[str]:
    found = [
        f"{what} changed {table}: {before[table]}, then {after[table]}"
        for table in before
        if before[table] != after[table]
    ]
    return found if same_figures else [*found, f"{what} changed the figures that REST shows"]


def _now() -> str:
    return datetime.now(UTC).isoformat()

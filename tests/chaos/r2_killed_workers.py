"""R2: nobody is lost, nobody silently doubled.

Two workers send to everybody while they are killed at random points; another takes the place at once. Rounds with an
odd seed go over SMTP, where nobody can be asked what has arrived, the others into the NATS pipeline, which knows each
message's id. Arrivals are counted by the sinks' own log.
"""

import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from tests.chaos import pipeline_log
from tests.chaos.campaigning import Scene, Sending, campaigning
from tests.chaos.mail_log import MailLog
from tests.chaos.outcome import Outcome, most, total

from campaigns.infrastructure.delivery.reconciliation import Reconciliation
from campaigns.infrastructure.postgres.database import Database

ID = "R2"
ROUNDS, SIZE, SHORT = 4, 100_000, 4_000
_KILLS = 2
_STEADY = 50_000  # people: in shorter rounds the worker is still looking for the size of its chunks
_BEFORE = 0.1  # seconds before a kill whose hand-overs may stay uncertain


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    async with campaigning(size) as scene:
        for seed in seeds:
            yield await _round(random.Random(seed), seed, size, scene)


async def _round(chance: random.Random, seed: int, size: int, scene: Scene) -> Outcome:
    by_mail = bool(seed % 2)
    scene.mails.forget()
    sending = await scene.launch(f"Round {seed}", "email" if by_mail else "in_app")
    kills, recovery = await _kill(chance, size, scene, sending)
    ended = await sending.until_ended()
    uncertain = {_address(user, by_mail=by_mail) for user in await sending.people("uncertain")}
    arrived = scene.mails.read().per_recipient() if by_mail else await pipeline_log.arrived(scene.service.nats_url())
    accounting = ended["accounting"]
    allowed = sum(_recent(scene.mails, at) for at in kills) if by_mail else 0
    broken = [*sending.broken, *_contradictions(accounting, arrived, uncertain, size)]
    if len(uncertain) > allowed and size >= _STEADY:
        broken.append(f"{len(uncertain)} are uncertain, {allowed} were handed over in the {_BEFORE} s before the kills")
    if not await _reconciles(scene, sending):
        broken.append("recounting the ledger does not agree with its counters")
    return Outcome(
        acked=size,
        stored=accounting["sent"],
        lost=size - len(arrived.keys() | uncertain),
        doubled=sum(count - 1 for count in arrived.values()),
        uncertain=len(uncertain),
        recovery=recovery,
        also={"kills": total(len(kills)), "looks": total(sending.looks), "allowed": total(allowed), **_pace(ended)},
        broken=broken,
    )


async def _kill(chance: random.Random, size: int, scene: Scene, sending: Sending) -> tuple[list[float], list[float]]:
    """When workers were killed, and how long it took until more was sent than before."""
    kills, recovery = list[float](), list[float]()
    for share in sorted(chance.uniform(0.05, 0.8) for _ in range(_KILLS)):
        before = (await sending.until_sent(int(share * size)))["accounting"]["sent"]
        kills.append(await scene.workers.kill(chance.randrange(2)))
        began = time.monotonic()
        await sending.until_sent(before + 1)
        recovery.append(time.monotonic() - began)
    return kills, recovery


def _recent(mails: MailLog, killed: float) -> int:
    """What arrived over the killed worker's connections in its last moments."""
    theirs = {connection for connection, ended in mails.ended.items() if -0.05 <= ended - killed <= 1.0}
    return sum(arrival.connection in theirs and arrival.at >= killed - _BEFORE for arrival in mails.arrivals)


def _contradictions(accounting: dict[str, int], arrived: Counter[str], uncertain: set[str], size: int) -> list[str]:
    told = {name: value for name, value in accounting.items() if value and name not in {"audience", "holds"}}
    wrong = []
    if accounting["audience"] != size or set(told) - {"sent", "uncertain"}:
        wrong.append(f"{size} people were to be reached: {accounting}")
    if accounting["sent"] > len(arrived) or len(arrived) > accounting["sent"] + len(uncertain):
        wrong.append(f"{len(arrived)} arrived, {accounting['sent']} are sent and {len(uncertain)} uncertain")
    if accounting["uncertain"] != len(uncertain):
        wrong.append(f"{accounting['uncertain']} are counted as uncertain, {len(uncertain)} listed")
    return wrong


async def _reconciles(scene: Scene, sending: Sending) -> bool:
    async with Database(scene.service.postgres_url()) as database:
        async with database.system() as connection:
            rows = await connection.execute(
                "select execution_no from executions where execution_id = %s", (sending.execution_id,)
            )
            row = await rows.fetchone()
        assert row is not None
        return (await Reconciliation(database).one(row[0])).agrees


def _pace(ended: dict[str, Any]) -> dict[str, Any]:
    return {"seconds": most(_seconds(ended["started_at"], ended["finished_at"]))}


def _seconds(first: str, last: str) -> float:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


def _address(user: str, *, by_mail: bool) -> str:
    return f"{user}@people.example" if by_mail else user

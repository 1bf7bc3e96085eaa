"""P3b: a whole e-mail delivery by the running service, against the C client smtp-source with as many sessions.

The service is started as by `campaigns serve`: claims, suppression checks, profiles, rendering, intent and outcome in
the ledger, events on NATS, all included; both send to Postfix' `smtp-sink`. Ours is the time from the execution's start
to its end as the API tells them, so planning is not part of it (P2 is). Worker memory (P8) is read on the way.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks._postfix import installed, send, sink
from benchmarks.reporting import line
from campaigns.interfaces.cli.demo.content import campaign, segment
from campaigns.interfaces.cli.demo.people import write_people
from campaigns.interfaces.cli.demo.process import ServiceProcess
from campaigns.interfaces.cli.demo.service import Service

ID = "P3b"
RUNS, PEOPLE, SESSIONS, MAIL_BYTES = 5, 100_000, 10, 4_000
_PATIENCE = 300


def run() -> Iterable[str]:
    if not installed():
        yield f"{ID} FLOOR MISSING: smtp-sink and smtp-source (Postfix) are not installed"
        return
    yield from asyncio.run(_measured())


async def _measured() -> list[str]:
    floors, ours, memory = [], [], 0
    with sink() as port, tempfile.TemporaryDirectory(prefix="campaigns-bench-") as scratch:
        async with ServiceProcess(Path(scratch) / "home", port) as process, Service(process.address) as service:
            await process.until_ready(service)
            await import_people(service, Path(scratch))
            for number in range(RUNS):  # interleaved: both see the same weather
                sent, seconds = await deliver(service, f"run {number}")
                ours.append(seconds / sent)
                floors.append(await asyncio.to_thread(_floor, port, sent) / sent)
            memory = _resident(process.worker())
    floor, mine = statistics.median(floors), statistics.median(ours)
    return [
        line(ID, "<=0.8", mine / floor, floor=f"{1 / floor:.0f}/s", ours=f"{1 / mine:.0f}/s", n=sent, runs=RUNS),
        f"P8 worker rss_mb={memory / 1e6:.0f} goal<=200 recipients={RUNS * sent}",
    ]


def _floor(port: int, mails: int) -> float:
    began = time.perf_counter()
    send(port, mails, MAIL_BYTES, SESSIONS)
    return time.perf_counter() - began


async def import_people(service: Service, scratch: Path) -> None:
    file = scratch / "people.csv"
    write_people(file, PEOPLE, now=datetime.now(UTC))
    job = await service.upload("/audience/imports", file, {"dataset": "people"})
    await _until(service, f"/audience/imports/{job['id']}", lambda seen: seen["status"] == "completed")


async def deliver(service: Service, name: str) -> tuple[int, float]:
    """How many mails left, and the seconds between the execution's start and end."""
    made = await service.post("/segments", segment(name))
    order = {**campaign(name, made["id"]), "throttle": None, "budget": None}
    path = f"/campaigns/{(await service.post('/campaigns', order))['id']}"
    await service.post(f"{path}/activate")
    page = await _until(service, f"{path}/executions", lambda seen: seen["executions"] and _over(seen["executions"][0]))
    ended = page["executions"][0]
    began, finished = (datetime.fromisoformat(ended[moment]) for moment in ("started_at", "finished_at"))
    return ended["accounting"]["sent"], (finished - began).total_seconds()


def _over(execution: dict[str, Any]) -> bool:
    return bool(execution["status"] == "completed")


async def _until(service: Service, path: str, reached: Any) -> Any:
    async with asyncio.timeout(_PATIENCE):
        while not reached(seen := await service.get(path)):
            await asyncio.sleep(0.2)
    return seen


def _resident(pid: int) -> int:
    """The peak, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(row.split()[1]) * 1024 for row in status.splitlines() if row.startswith("VmHWM"))

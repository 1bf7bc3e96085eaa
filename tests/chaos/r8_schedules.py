"""R8: a schedule fires once for each planned instant: two schedulers with wrong clocks, and days that change the clock.

A round lives through one such day with real processes whose clock says so: a campaign that recurs daily in the hour
that is skipped or repeated. Each day two schedulers run, two minutes ahead and two behind, and the one that works is
killed; at the end nobody runs for three days. Each instant must have been answered once: started, or let go as too late.
Besides it lives with simulated time: through three years of two zones, in turn, so that four rounds see all eight.
The size is 1 for schedulers on two of the days and four months of all zones, 2 for all days and years.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace
from tests.chaos.asking import Asking, asking
from tests.chaos.mailing import MAIL, imported, until
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import Serving, own_servers, scratch
from tests.chaos.simulated_years import YEARS, Lived, live_through, summed

from campaigns.infrastructure.postgres.migrate import migrate

ID = "R8"
ROUNDS, SIZE, SHORT = 13, 2, 1
_FOUR_MONTHS, _THREE_YEARS = 120, 1_096  # days
_SKEW = timedelta(minutes=2)
_CLOCK = "tests.chaos.faults.skewed_clock"


class Day(msgspec.Struct, frozen=True):
    """A day that changes the clock of a zone, and an hour of its that is skipped or repeated."""

    zone: str
    day: date
    cron: str

    def noon(self, days: int) -> datetime:
        local = datetime.combine(self.day + timedelta(days=days), time(12), ZoneInfo(self.zone))
        return local.astimezone(UTC)


DAYS = (
    Day("Europe/Paris", date(2027, 10, 31), "30 2 * * *"),
    Day("Europe/Paris", date(2027, 3, 28), "30 2 * * *"),
    Day("Australia/Lord_Howe", date(2027, 4, 4), "45 1 * * *"),
    Day("Australia/Lord_Howe", date(2027, 10, 3), "15 2 * * *"),
    Day("America/Sao_Paulo", date(2018, 11, 4), "30 0 * * *"),
    Day("America/Sao_Paulo", date(2018, 2, 18), "30 23 * * *"),
    Day("America/New_York", date(2027, 3, 14), "30 2 * * *"),
    Day("America/New_York", date(2027, 11, 7), "30 1 * * *"),
    Day("Africa/Casablanca", date(2027, 2, 7), "30 2 * * *"),
    Day("Africa/Casablanca", date(2027, 3, 14), "30 2 * * *"),
    Day("Asia/Tehran", date(2022, 3, 22), "30 0 * * *"),
    Day("Asia/Kathmandu", date(2027, 6, 1), "30 2 * * *"),
    Day("Pacific/Apia", date(2021, 4, 4), "30 3 * * *"),
)


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for seed in seeds:
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(scratch())
            servers = stack.enter_context(own_servers(folder))
            settings = {"DATABASE_URL": servers.postgres.url(), "NATS_URL": servers.nats.url()}
            lived = await _years(seed, size)
            awake = (-1, 0, 3) if size > 1 else (0, 3)
            day = await _round(DAYS[(seed - 1) % len(DAYS)], awake, folder / "home", settings)
            yield _together(day, lived)


async def _years(seed: int, size: int) -> Lived:
    """On servers of their own: the processes must not find these campaigns."""
    first = 2 * (seed - 1) % len(YEARS)
    zones, days = (YEARS[first : first + 2], _THREE_YEARS) if size > 1 else (YEARS, _FOUR_MONTHS)
    with scratch() as folder, own_servers(folder) as servers:
        url = servers.postgres.url()
        await asyncio.to_thread(migrate, url)
        return summed([await live_through(url, years, days, seed) for years in zones])


def _together(day: Outcome, lived: Lived) -> Outcome:
    also = {
        "planned": total(lived.planned), "started": total(lived.started),
        "let_go": total(lived.skipped), "cut_off": total(lived.cut_off),
    }  # fmt: skip
    return replace(
        day,
        acked=day.acked + lived.planned,
        stored=day.stored + lived.started + lived.skipped,
        lost=day.lost + lived.lost,
        doubled=day.doubled + lived.doubled,
        also={**day.also, **also},
    )


async def _round(day: Day, awake: Sequence[int], home: Path, settings: dict[str, str]) -> Outcome:
    async with _at(day.noon(-2), home, settings, "api,scheduler,projector") as service, asking(service.url) as client:
        path = await _recurring(client, day)
    for days in awake:
        await _two_schedulers(day.noon(days), home, settings)
    async with _at(day.noon(3), home, settings, "api,scheduler,projector") as service, asking(service.url) as client:
        answered = await until(lambda: _answered(client, path), lambda found: len(found) >= 5)
        await asyncio.sleep(2)  # for one too many
        answered = await _answered(client, path)
    local = Counter(instant.astimezone(ZoneInfo(day.zone)).date() for instant in answered)
    wanted = [day.day + timedelta(days=number) for number in range(-1, 4)]
    return Outcome(
        acked=len(wanted),
        stored=local.total(),
        lost=sum(each not in local for each in wanted),
        doubled=sum(count - 1 for count in local.values()) + len(local.keys() - set(wanted)),
        also={"zones": total(1)},
        broken=[] if sorted(answered) == sorted(set(answered)) else [f"{day}: {answered}"],
    )


async def _recurring(client: Asking, day: Day) -> str:
    await imported(client, 3)
    everybody = {"criteria": {"not": {"field": "user_id", "operator": "equals", "value": "nobody"}}}
    schedule = {"cron": day.cron, "timezone": day.zone}
    body: dict[str, Any] = {
        "name": "Daily", "mode": "recurring", "schedule": schedule, "audience": {"include": [everybody]},
        "channels": [MAIL],
    }  # fmt: skip
    made = await client.once("POST", "/campaigns", body)
    assert made.status == 201, made.body
    path = f"/campaigns/{msgspec.json.decode(made.body)['id']}"
    started = await client.once("POST", f"{path}/activate", {})
    assert started.status == 200, started.body
    return path


async def _two_schedulers(now: datetime, home: Path, settings: dict[str, str]) -> None:
    async with (
        _at(now + _SKEW, home, settings, "scheduler,projector", waiting=False) as first,
        _at(now - _SKEW, home, settings, "scheduler,projector") as second,
    ):
        await first.until_ready()
        await asyncio.sleep(2)
        await first.kill()
        await until(lambda: _took_over(second), bool)
        await asyncio.sleep(2)


async def _took_over(service: Serving) -> bool:
    return '"lease":"scheduler"' in service.last_words()


async def _answered(client: Asking, path: str) -> list[datetime]:
    """The planned instants that were started or let go, as the campaign's history tells them."""
    entries = (await client.get(f"{path}/history"))["history"]
    told = [entry["details"].get("planned_for") for entry in entries if "planned_for" in entry["details"]]
    return [datetime.fromisoformat(instant) for instant in told]


@asynccontextmanager
async def _at(
    now: datetime, home: Path, settings: dict[str, str], roles: str, *, waiting: bool = True
) -> AsyncIterator[Serving]:
    """A process that believes it is `now`."""
    ahead = (now - datetime.now(UTC)).total_seconds()
    service = Serving(home, settings, roles=roles, program=(_CLOCK, str(ahead)))
    service.log = home.parent / f"{now:%Y%m%d%H%M}.log"
    await service.start()
    try:
        if waiting:
            await service.until_ready()
        yield service
    finally:
        await service.end()

"""R8: a schedule fires once for each planned instant: two schedulers with wrong clocks, and days that change the clock.

A round lives through one such day with real processes whose clock says so: a campaign that recurs daily in the hour
that is skipped or repeated. Their clock is moved from day to day; each day a second scheduler comes, one of both two minutes
ahead and one behind, and the one that works is killed; the last look comes after three days. Each instant must have been
answered once: started, or let go as too late.
Meanwhile it lives with simulated time: through three years of two zones, in turn, so that four rounds see all eight.
The size is 1 for two looks and the two months around a change of the clock in all zones, 2 for all days and years.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace
from tests.chaos.asking import Asking, asking
from tests.chaos.clocked_serving import ClockedServing
from tests.chaos.mailing import MAIL, imported, until
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import own_servers, scratch
from tests.chaos.simulated_years import YEARS, Lived, live_through, summed
from tests.support.databases import Databases

ID = "R8"
ROUNDS, SIZE, SHORT = 13, 2, 1
_A_CHANGE, _THREE_YEARS = 60, 1_096  # days
_SKEW = timedelta(minutes=2)


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
        with ExitStack() as stack:
            folder = stack.enter_context(scratch())
            servers = stack.enter_context(own_servers(folder, migrated=False))
            databases = Databases(servers.postgres.superuser_url(), servers.postgres.url())
            settings = {"DATABASE_URL": stack.enter_context(databases.fresh()), "NATS_URL": servers.nats.url()}
            awake = (-1, 0, 3) if size > 1 else (0, 3)
            day = DAYS[(seed - 1) % len(DAYS)]
            lives = (_days(day, awake, folder, settings, random.Random(seed)), _years(seed, size, databases))
            yield _together(*await asyncio.gather(*lives))


async def _years(seed: int, size: int, databases: Databases) -> Lived:
    """Each zone in a database of its own, as each has its own time."""
    first = 2 * (seed - 1) % len(YEARS)
    zones, days = (YEARS[first : first + 2], _THREE_YEARS) if size > 1 else (YEARS, _A_CHANGE)
    with ExitStack() as stack:
        urls = [stack.enter_context(databases.fresh()) for _ in zones]
        lives = (live_through(url, years, days, seed) for url, years in zip(urls, zones, strict=True))
        return summed(await asyncio.gather(*lives))


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


async def _days(
    day: Day, awake: Sequence[int], folder: Path, settings: Mapping[str, str], chance: random.Random
) -> Outcome:
    """Each day a second scheduler comes, and the one that works is killed while it makes up for what was missed."""
    async with AsyncExitStack() as stack:
        working = await _scheduler(stack, folder, settings, day.noon(-2))
        async with asking(working.url) as client:
            path = await _recurring(client, day)
        for number, days in enumerate(awake):
            skew = -_SKEW if number % 2 else _SKEW
            next_one = await _scheduler(stack, folder, settings, day.noon(days) + skew)
            await until(lambda: _holds_the_lease(working), bool)  # noqa: B023
            working.believe(day.noon(days) - skew)
            await asyncio.sleep(chance.random())
            await working.kill()
            working = next_one
            answered = await _all_answered(working, path, 2 + days)
    return _judged(day, answered)


def _judged(day: Day, answered: Sequence[datetime]) -> Outcome:
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


async def _scheduler(stack: AsyncExitStack, folder: Path, settings: Mapping[str, str], now: datetime) -> ClockedServing:
    """Ready, and believing that it is `now`."""
    service = ClockedServing(folder / "home", settings, roles="api,scheduler,projector")
    service.believe(now)
    stack.push_async_callback(service.end)
    await service.start()
    await service.until_ready()
    return service


async def _holds_the_lease(service: ClockedServing) -> bool:
    return '"lease":"scheduler"' in service.log.read_text()


async def _all_answered(service: ClockedServing, path: str, wanted: int) -> list[datetime]:
    async with asking(service.url) as client:
        await until(lambda: _answered(client, path), lambda found: len(found) >= wanted)
        await asyncio.sleep(1)  # for one too many
        return await _answered(client, path)


async def _answered(client: Asking, path: str) -> list[datetime]:
    """The planned instants that were started or let go, as the campaign's history tells them."""
    entries = (await client.get(f"{path}/history"))["history"]
    told = [entry["details"].get("planned_for") for entry in entries if "planned_for" in entry["details"]]
    return [datetime.fromisoformat(instant) for instant in told]

"""Years of a schedule lived through in seconds: real stores, real decisions, two schedulers whose clocks are wrong.

Time jumps by some hours or days, which are the outages. Both schedulers look at their clocks at once, and one of them is
cut off in the middle now and then. The oracle knows nothing of cron: a day's run is due when the zone's clocks show its
time, the first time they do, or at the moment when they leave it out.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from msgspec import Struct
from tests.domain.campaign.given import facts, ready
from tests.infrastructure.campaign.conftest import Adapters, FixedClock, caller

from campaigns.application.campaign.commands.start_planned_run import StartPlannedRun, StartPlannedRunHandler
from campaigns.application.campaign.planned_starts import PlannedStarts
from campaigns.application.campaign.timekeeping import Timekeeper
from campaigns.application.shared.bus import Bus
from campaigns.domain.campaign.campaign import create
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.values import Misfire, Mode, Schedule
from campaigns.domain.shared.wall_clocks import comes_true
from campaigns.infrastructure.campaign.recurrence import CronsimRecurrence
from campaigns.infrastructure.eventstore import EventLog
from campaigns.infrastructure.postgres.database import Database

_SKEWS = (timedelta(minutes=2), timedelta(minutes=-2))
_PATIENCE = timedelta(hours=10)
_JUMPS = (1, 2, 7, 23, 24, 25, 49, 120)  # hours


class Years(Struct, frozen=True):
    """A daily run at a time of a zone's wall clock, from a day on; within two months its clock changes, if ever."""

    zone: str
    since: date
    at: time


YEARS = (
    Years("Europe/Paris", date(2026, 3, 1), time(2, 30)),
    Years("Australia/Lord_Howe", date(2026, 3, 1), time(2, 15)),
    Years("America/Sao_Paulo", date(2016, 9, 15), time(0, 30)),
    Years("America/New_York", date(2026, 2, 15), time(2, 30)),
    Years("Asia/Kathmandu", date(2026, 1, 1), time(2, 30)),
    Years("Pacific/Apia", date(2010, 9, 1), time(3, 30)),
    Years("Africa/Casablanca", date(2026, 2, 1), time(2, 30)),
    Years("Asia/Tehran", date(2020, 3, 1), time(0, 30)),
)


class Lived(Struct, frozen=True, kw_only=True):
    """What became of each planned instant."""

    planned: int
    started: int
    skipped: int
    lost: int
    doubled: int
    cut_off: int


async def live_through(url: str, years: Years, days: int, seed: int) -> Lived:
    chance = random.Random(seed)
    async with Database(url) as database, EventLog(url, FixedClock()) as log:
        adapters = Adapters(database, log, FixedClock())
        campaign_id, begins = await _activated(adapters, years)
        ends = begins + timedelta(days=days)
        cut_off = await _ticks(adapters, begins, ends, chance)
        return await _judged(adapters, campaign_id, set(_due(years, begins, ends)), cut_off)


async def _ticks(adapters: Adapters, begins: datetime, ends: datetime, chance: random.Random) -> int:
    keepers, follower, now, cut_off = [_Keeper(adapters, skew) for skew in _SKEWS], adapters.follower(), begins, 0
    while now < ends:
        now = min(ends, now + timedelta(hours=chance.choice(_JUMPS), minutes=chance.randrange(60)))
        working = [asyncio.create_task(keeper.look(now)) for keeper in keepers]
        if chance.random() < 0.3 and now < ends:
            await asyncio.sleep(chance.random() * 0.02)
            cut_off += chance.choice(working).cancel()
        await asyncio.gather(*working, return_exceptions=True)
        while await follower.catch_up():
            pass
    return cut_off


class _Keeper:
    """A scheduler with a clock of its own."""

    def __init__(self, adapters: Adapters, skew: timedelta) -> None:
        self._skew, self._clock = skew, FixedClock()
        recurrence = CronsimRecurrence()
        starts = PlannedStarts(adapters.campaigns, _Ready(), _Ready(), recurrence, self._clock)  # type: ignore[arg-type]
        handler = StartPlannedRunHandler(adapters.campaigns, starts)
        self._timekeeper = Timekeeper(adapters.timetable, recurrence, Bus({StartPlannedRun: handler}))

    async def look(self, now: datetime) -> None:
        self._clock.at = now + self._skew
        with contextlib.suppress(asyncio.CancelledError):
            while await self._timekeeper.keep(self._clock.at):
                return


class _Ready:
    async def facts(self, campaign_id: UUID, definition: Definition, who: Any) -> Any:
        return facts(definition.start_date or datetime.now(UTC))


async def _activated(adapters: Adapters, years: Years) -> tuple[UUID, datetime]:
    """Activated at noon of the first day."""
    at = comes_true(datetime.combine(years.since, time(12)), ZoneInfo(years.zone))
    schedule = Schedule(
        cron=f"{years.at.minute} {years.at.hour} * * *", timezone=years.zone, misfire=Misfire.SEND,
        max_lateness_minutes=_PATIENCE // timedelta(minutes=1),
    )  # fmt: skip
    definition = ready(Mode.RECURRING, schedule=schedule, name=f"{years.zone} {uuid4()}")
    who = caller()
    drawn = create(uuid4(), who.tenant_id, definition, CampaignLimits(), at=at, by="ada")
    receipt = await adapters.campaigns.record(None, drawn, who)
    campaign = await adapters.campaigns.get(receipt.id, caller())
    await adapters.campaigns.record(campaign, campaign.activate(uuid4(), facts(at), at=at, by="ada"), caller())
    return receipt.id, at


def _due(years: Years, begins: datetime, ends: datetime) -> Iterator[datetime]:
    day = years.since
    while (due := comes_true(datetime.combine(day, years.at), ZoneInfo(years.zone))) < ends:
        if due > begins:
            yield due
        day += timedelta(days=1)


async def _judged(adapters: Adapters, campaign_id: UUID, due: set[datetime], cut_off: int) -> Lived:
    entries = await adapters.campaigns.entries(campaign_id, caller())
    told = [(one.event, datetime.fromisoformat(one.details["planned_for"]), one.at) for one in entries[2:]]
    answered = Counter(instant for _, instant, _ in told)
    started = [at - instant for event, instant, at in told if event == "campaign.started"]
    assert all(late <= _PATIENCE for late in started)
    return Lived(
        planned=len(due),
        started=len(started),
        skipped=len(told) - len(started),
        lost=len(due - answered.keys()),
        doubled=sum(count - 1 for count in answered.values()) + len(answered.keys() - due),
        cut_off=cut_off,
    )


def summed(lived: Sequence[Lived]) -> Lived:
    return Lived(**{name: sum(getattr(one, name) for one in lived) for name in Lived.__struct_fields__})

"""The campaign's adapters over a real database."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from tests.domain.campaign.given import EXECUTION, facts, ready
from tests.infrastructure.campaign.conftest import NOW, Adapters, caller
from tests.support.waiting import PATIENCE

from campaigns.application.campaign.commands.start_planned_run import StartPlannedRun, StartPlannedRunHandler
from campaigns.application.campaign.planned_starts import PlannedStarts
from campaigns.application.campaign.ports import CampaignFilter
from campaigns.application.campaign.timekeeping import Timekeeper
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.errors import ClaimLimitError, ClaimTakenError, ConflictError, StaleVersionError
from campaigns.domain.campaign.campaign import Campaign, create
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.values import Mode, Schedule, Status
from campaigns.domain.shared.errors import NotFoundError
from campaigns.infrastructure.campaign.cursors import Cursor, CursorError, read, written
from campaigns.infrastructure.campaign.recurrence import CronsimRecurrence
from campaigns.infrastructure.campaign.scheduler import CampaignScheduler

LIMITS = CampaignLimits()
ROWS = "select * from campaign_listing order by campaign_id"


async def new(adapters: Adapters, definition: Definition, tenant: str = "t") -> Campaign:
    who = caller(tenant)
    events = create(uuid4(), who.tenant_id, definition, LIMITS, at=NOW, by="ada")
    receipt = await adapters.campaigns.record(None, events, who)
    return await adapters.campaigns.get(receipt.id, who)


async def decided(adapters: Adapters, campaign: Campaign, *events: Any) -> Campaign:
    who = caller(campaign.tenant_id)
    await adapters.campaigns.record(campaign, events, who)
    return await adapters.campaigns.get(campaign.id, who)


async def activated(adapters: Adapters, campaign: Campaign) -> Campaign:
    return await decided(adapters, campaign, *campaign.activate(uuid4(), facts(NOW), at=NOW, by="ada"))


def test_a_campaign_comes_back_as_it_was_recorded(opened: Any) -> None:
    async def story() -> None:
        async with opened() as adapters:
            campaign = await new(adapters, ready(Mode.TRIGGERED))
            later = await activated(adapters, campaign)
            newest = await adapters.campaigns.newest(campaign.id, caller())
            assert newest == later
            assert (newest.status, newest.version) == (Status.ACTIVE, 2)
            assert await adapters.campaigns.as_of(campaign.id, caller(), version=1) == campaign
            history = await adapters.campaigns.entries(campaign.id, caller())
            assert [entry.event for entry in history] == ["campaign.created", "campaign.activated"]
            assert [entry.position for entry in history] == [1, 2]
            with pytest.raises(StaleVersionError):
                await adapters.campaigns.get(campaign.id, caller(), 1)
            with pytest.raises(ConflictError):
                await adapters.campaigns.record(campaign, campaign.delete(at=NOW, by="a"), caller())
            for lost in (adapters.campaigns.newest, adapters.campaigns.entries):
                with pytest.raises(NotFoundError):
                    await lost(campaign.id, caller("other"))
            nothing = await adapters.campaigns.record(newest, (), caller())
            assert nothing.version == 2

    asyncio.run(story())


def test_names_and_slots_are_claimed_with_the_events(opened: Any) -> None:
    async def story() -> None:
        async with opened() as adapters:
            running = [await activated(adapters, await new(adapters, ready(name=name))) for name in "ab"]
            third = await new(adapters, ready(name="c"))
            with pytest.raises(ClaimLimitError):
                await activated(adapters, third)
            with pytest.raises(ClaimTakenError):
                await new(adapters, ready(name=" A "))
            await new(adapters, ready(name="A"), tenant="other")
            await decided(adapters, running[0], *running[0].pause(None, 0, at=NOW, by="ada"))
            assert (await activated(adapters, third)).status is Status.RUNNING

    asyncio.run(story())


def test_of_many_who_want_one_name_one_gets_it(opened: Any) -> None:
    async def story() -> None:
        async with opened() as adapters:
            attempts = [new(adapters, ready(name="Spring")) for _ in range(12)]
            answers = await asyncio.gather(*attempts, return_exceptions=True)
            assert sum(isinstance(answer, Campaign) for answer in answers) == 1
            assert sum(isinstance(answer, ClaimTakenError) for answer in answers) == 11

    asyncio.run(story())


def test_the_listing_is_the_same_however_it_is_projected(opened: Any) -> None:
    async def rows(adapters: Adapters) -> list[Any]:
        async with adapters.database.system() as connection:
            return await (await connection.execute(ROWS)).fetchall()

    async def story() -> None:
        async with opened() as adapters:
            for number in range(6):
                campaign = await new(adapters, ready(list(Mode)[number % 4], name=f"N{number}", tags=(str(number),)))
                if number % 2:
                    campaign = await activated(adapters, campaign)
                    await decided(adapters, campaign, *campaign.pause("why", 0, at=NOW, by="ada"))
                elif number:
                    await decided(adapters, campaign, *campaign.delete(at=NOW, by="ada"))
            await adapters.catch_up()
            before = await rows(adapters)
            async with adapters.database.system() as connection:
                await connection.execute("delete from campaign_listing")
                await connection.execute("delete from followers")
            while await adapters.follower(batch=1).catch_up():  # forgets everything between two events
                pass
            assert await rows(adapters) == before
            async with adapters.database.system() as connection:
                await connection.execute("update followers set position = 3")
            await adapters.catch_up()  # what was handled before is handled again
            assert await rows(adapters) == before
            assert len(before) == 6

    asyncio.run(story())


def test_a_list_shows_one_tenant_and_nothing_deleted(opened: Any) -> None:
    async def story() -> None:
        async with opened() as adapters:
            mine = await new(adapters, ready(name="mine"))
            await new(adapters, ready(name="theirs"), tenant="other")
            gone = await new(adapters, ready(name="gone"))
            await decided(adapters, gone, *gone.delete(at=NOW, by="ada"))
            await adapters.catch_up()
            page = await adapters.listing.page(
                caller(), CampaignFilter(), sort="name", descending=False, limit=5, offset=0, cursor=None
            )
            assert ([line.id for line in page.campaigns], page.total, page.next_cursor) == ([mine.id], 1, None)
            beyond = await adapters.listing.page(
                caller(), CampaignFilter(), sort="name", descending=False, limit=5, offset=7, cursor=None
            )
            assert (beyond.campaigns, beyond.total, beyond.has_more) == ((), 1, False)

    asyncio.run(story())


def test_the_timetable_names_what_time_may_move(opened: Any) -> None:
    async def story() -> None:
        async with opened() as adapters:
            start = NOW + timedelta(hours=1)
            planned = await new(adapters, ready(name="planned", schedule=Schedule(at=start, timezone="Asia/Almaty")))
            await activated(adapters, planned)
            recurring = await activated(adapters, await new(adapters, ready(Mode.RECURRING, name="recurring")))
            ending = Definition(name="ending", end_date=start)
            ended = await activated(adapters, await new(adapters, ending, tenant="other"))
            await new(adapters, ready(name="a draft", start_date=NOW))
            await adapters.catch_up()
            early = [entry.campaign_id async for entry in adapters.timetable.due(start - timedelta(seconds=1))]
            assert early == [recurring.id]
            due = {entry.campaign_id: entry async for entry in adapters.timetable.due(start)}
            assert set(due) == {planned.id, recurring.id, ended.id}
            assert due[planned.id].schedule == Schedule(at=start, timezone="Asia/Almaty")
            assert due[recurring.id].planned_until == NOW
            assert due[ended.id].tenant_id == "other"

    asyncio.run(story())


class Ready:
    """Launch checks that have nothing to object."""

    async def facts(self, campaign_id: UUID, definition: Definition, who: Any) -> Any:
        return facts(NOW)


def test_two_schedulers_start_each_planned_instant_once(opened: Any) -> None:
    async def story() -> None:
        async with opened() as adapters:
            hourly = Schedule(cron="0 * * * *", max_lateness_minutes=90)
            campaign = await activated(adapters, await new(adapters, ready(Mode.RECURRING, schedule=hourly)))
            handler = StartPlannedRunHandler(
                adapters.campaigns,
                PlannedStarts(adapters.campaigns, Ready(), Ready(), CronsimRecurrence(), adapters.clock),  # type: ignore[arg-type]
            )
            bus = Bus({StartPlannedRun: handler})
            keepers = [Timekeeper(adapters.timetable, CronsimRecurrence(), bus) for _ in range(2)]
            schedulers = [CampaignScheduler(keeper, adapters.clock) for keeper in keepers]
            for minutes in (59, 60, 60, 61, 120, 180, 400):
                adapters.clock.at = NOW + timedelta(minutes=minutes)
                for _ in range(4):  # the list of campaigns follows between the ticks
                    await adapters.catch_up()
                    await asyncio.gather(*(scheduler.tick() for scheduler in schedulers))
            history = await adapters.campaigns.entries(campaign.id, caller())
            told = [(entry.event, entry.details["planned_for"]) for entry in history[2:]]
            hours = [NOW + timedelta(hours=n) for n in range(1, 7)]
            assert [instant for _, instant in told] == [hour.isoformat().replace("+00:00", "Z") for hour in hours]
            skipped = [event == "campaign.occurrence_skipped" for event, _ in told]
            assert skipped == [False, False, False, True, True, False]
            adapters.clock.at = NOW

    asyncio.run(story())


def test_the_scheduler_stops_when_it_is_told(opened: Any) -> None:
    async def story() -> None:
        async with opened() as adapters:
            keeper = Timekeeper(adapters.timetable, CronsimRecurrence(), Bus({}))
            stopping = asyncio.Event()
            running = asyncio.create_task(CampaignScheduler(keeper, adapters.clock).run(stopping))
            await asyncio.sleep(0.05)
            stopping.set()
            await asyncio.wait_for(running, PATIENCE)

    asyncio.run(story())


def test_a_cursor_comes_back_as_it_went() -> None:
    cursor = Cursor("name", descending=True, key="ä", campaign_id=EXECUTION)
    assert read(written(cursor), "name", descending=True) == cursor
    for wrong in (
        lambda: read(written(cursor), "name", descending=False),
        lambda: read(written(cursor), "status", descending=True),
        lambda: read(written(replace(cursor, key="a\x00")), "name", descending=True),
        lambda: read(written(replace(cursor, sort="created_at")), "created_at", descending=True),
        lambda: read("ä", "name", descending=True),
        lambda: read("", "name", descending=True),
    ):
        with pytest.raises(CursorError) as refused:
            wrong()
        assert [violation.pointer for violation in refused.value.violations] == ["/cursor"]

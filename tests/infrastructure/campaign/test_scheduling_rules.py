"""Scheduling rules of a Rules Engine on a real socket: they hold a start, and their silence is never a yes."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from tests.domain.campaign.given import ready
from tests.infrastructure.campaign.conftest import NOW, Adapters, caller
from tests.infrastructure.campaign.test_campaign_adapters import Ready, activated, new
from tests.infrastructure.http.web import serving
from tests.support.waiting import PATIENCE

from campaigns.application.campaign.commands.start_planned_run import StartPlannedRun, StartPlannedRunHandler
from campaigns.application.campaign.planned_starts import PlannedStarts
from campaigns.application.campaign.timekeeping import Timekeeper
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.errors import HeldByRuleError
from campaigns.domain.campaign.values import Mode, Schedule
from campaigns.domain.shared.ids import RuleId
from campaigns.domain.shared.rule_hours import RuleHours, open_from
from campaigns.domain.shared.sending_limits import SendWindow
from campaigns.infrastructure.audience.rules_http import HttpRules
from campaigns.infrastructure.campaign.recurrence import CronsimRecurrence
from campaigns.infrastructure.campaign.scheduling_rules import RulesEngineHours
from campaigns.infrastructure.http.client import outgoing_http
from campaigns.infrastructure.http.outgoing_address import TRUSTED

RULE = RuleId(UUID(int=7))
NEXT = NOW + timedelta(hours=1)  # Monday, 10:00
OFFICE = {"days": ["mon", "tue"], "start": "10:30:00", "end": "17:00:00"}
HOURLY = Schedule(cron="0 * * * *", max_lateness_minutes=45, scheduling_rules=(RULE,))


class Engine:
    """Answers every question with one rule."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {"windows": [OFFICE]}
        self.more: dict[str, Any] = {}
        self.status = 200
        self.asked = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        rule = {"id": str(RULE), "kind": "scheduling", "schedule": self.said} | self.more
        return web.json_response(rule, status=self.status)


class Desk:
    def __init__(self, adapters: Adapters, engine: Engine, rules: RulesEngineHours) -> None:
        self.adapters, self.engine, self.rules = adapters, engine, rules
        recurrence = CronsimRecurrence()
        starts = PlannedStarts(adapters.campaigns, Ready(), rules, recurrence, adapters.clock)  # type: ignore[arg-type]
        bus = Bus({StartPlannedRun: StartPlannedRunHandler(adapters.campaigns, starts)})
        self.keeper = Timekeeper(adapters.timetable, recurrence, bus)

    async def look(self, after: timedelta) -> tuple[Exception, ...]:
        self.adapters.clock.at = NEXT + after
        await self.adapters.catch_up()
        return await self.keeper.keep(NEXT + after)

    async def told(self, campaign: Campaign) -> list[str]:
        entries = await self.adapters.campaigns.entries(campaign.id, caller())
        return [entry.event for entry in entries[2:]]


Story = Callable[[Desk, Campaign], Coroutine[Any, Any, None]]


@pytest.fixture
def tell(opened: Any) -> Callable[[Story], None]:
    """Tells a story of one hourly campaign under the rule."""

    async def told(story: Story) -> None:
        engine = Engine()
        async with opened() as adapters, serving(engine.answer) as url, outgoing_http(TRUSTED) as http:
            rules = RulesEngineHours(HttpRules(http, url, timeout=PATIENCE))
            campaign = await activated(adapters, await new(adapters, ready(Mode.RECURRING, schedule=HOURLY)))
            try:
                await story(Desk(adapters, engine, rules), campaign)
            finally:
                adapters.clock.at = NOW

    return lambda story: asyncio.run(told(story))


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def test_a_start_waits_until_the_rule_lets_it(tell: Callable[[Story], None]) -> None:
    async def story(desk: Desk, campaign: Campaign) -> None:
        (refusal,) = await desk.look(minutes(0))
        assert isinstance(refusal, HeldByRuleError)
        assert refusal.until == NEXT + minutes(30)
        assert await desk.look(minutes(30)) == ()
        assert await desk.told(campaign) == ["campaign.started"]

    tell(story)


def test_a_waiting_start_asks_once_a_minute(tell: Callable[[Story], None]) -> None:
    async def story(desk: Desk, campaign: Campaign) -> None:
        for seconds in range(0, 130, 10):
            await desk.look(timedelta(seconds=seconds))
        assert desk.engine.asked == 3
        desk.engine.said = {}  # somebody opens the rule
        await desk.look(minutes(4))
        assert await desk.told(campaign) == ["campaign.started"]

    tell(story)


def test_a_start_that_is_held_for_too_long_is_let_go(tell: Callable[[Story], None]) -> None:
    async def story(desk: Desk, campaign: Campaign) -> None:
        desk.engine.said = {"blackout_dates": [NEXT.date().isoformat()]}
        await desk.look(minutes(0))
        await desk.look(minutes(46))
        assert await desk.told(campaign) == ["campaign.occurrence_skipped"]

    tell(story)


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 503},
        {"status": 404},
        {"more": {"enabled": False}},
        {"more": {"kind": "targeting"}},
        {"said": {"timezone": "Mars/Olympus"}},
        {"said": {"windows": "always"}},
    ],
)
def test_a_rule_that_does_not_answer_is_never_a_yes(tell: Callable[[Story], None], trouble: dict[str, Any]) -> None:
    async def story(desk: Desk, campaign: Campaign) -> None:
        desk.engine.said = {}
        for name, value in trouble.items():
            setattr(desk.engine, name, value)
        (refusal,) = await desk.look(minutes(1))
        assert isinstance(refusal, DependencyDownError)
        assert await desk.told(campaign) == []
        desk.engine.said, desk.engine.more, desk.engine.status = {}, {}, 200
        await desk.look(minutes(2))
        assert await desk.told(campaign) == ["campaign.started"]

    tell(story)


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        ({}, None),
        ({"status": 404}, "there is no rule"),
        ({"more": {"enabled": False}}, "is disabled"),
        ({"more": {"kind": "targeting"}}, "is of kind targeting and names no hours"),
    ],
)
def test_a_launch_is_told_which_rule_cannot_be_used(
    tell: Callable[[Story], None], trouble: dict[str, Any], message: str | None
) -> None:
    async def story(desk: Desk, campaign: Campaign) -> None:
        for name, value in trouble.items():
            setattr(desk.engine, name, value)
        found = await desk.rules.problems(caller(), [RULE])
        assert [one.pointer for one in found] == (["/schedule/scheduling_rules/0"] if message else [])
        assert all(message in one.message for one in found if message)

    tell(story)


def hours(**said: Any) -> RuleHours:
    return RuleHours(rule_id=RULE, **said)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), "2027-03-27T20:00Z"),
        ((hours(),), "2027-03-27T20:00Z"),
        ((hours(blackout_dates=(date(2027, 3, 27),)),), "2027-03-28T00:00Z"),
        ((hours(blackout_dates=(date(2027, 3, 27),), timezone="Europe/Paris"),), "2027-03-27T23:00Z"),
        ((hours(windows=(SendWindow(days=("sun",), start=time(2, 30), end=time(9)),), timezone="Europe/Paris"),),
         "2027-03-28T01:00Z"),  # 02:30 is left out that Sunday
        ((hours(windows=(SendWindow(days=("mon",), start=time(9), end=time(17)),)),
          hours(windows=(SendWindow(days=("mon",), start=time(16), end=time(20)),))), "2027-03-29T16:00Z"),
        ((hours(windows=(SendWindow(days=("mon",), start=time(9), end=time(10)),)),
          hours(windows=(SendWindow(days=("tue",), start=time(9), end=time(10)),))), None),
    ],
)  # fmt: skip
def test_the_first_instant_that_all_rules_let(rules: tuple[RuleHours, ...], expected: str | None) -> None:
    found = open_from(rules, datetime(2027, 3, 27, 20, tzinfo=UTC))
    assert found == (datetime.fromisoformat(expected) if expected else None)

"""What the clock asks of campaigns, and what follows when a campaign cannot answer."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.application.campaign.doubles import CALLER, NOW, SetTimetable, World, _Recurrence

from campaigns.application.campaign.commands.complete_campaign import CompleteCampaign
from campaigns.application.campaign.commands.finish_run import FinishRun
from campaigns.application.campaign.commands.pause_campaign import PauseCampaign
from campaigns.application.campaign.commands.start_planned_run import StartPlannedRun
from campaigns.application.campaign.ports import TimetableEntry
from campaigns.application.campaign.reactions.finish_when_execution_completed import FinishWhenExecutionCompleted
from campaigns.application.campaign.reactions.pause_when_execution_failed import PauseWhenExecutionFailed
from campaigns.application.campaign.reactions.pause_when_execution_held_itself import PauseWhenExecutionHeldItself
from campaigns.application.campaign.timekeeping import Timekeeper
from campaigns.application.delivery import published as delivery
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.campaign.errors import ConfigurationError, TransitionError
from campaigns.domain.campaign.values import Mode, Schedule, Status, Totals
from campaigns.domain.shared.errors import DomainError, Violation
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.campaign.recurrence import CronsimRecurrence

HOUR = timedelta(hours=1)
RUN = UUID(int=5)


def entry(**fields: Any) -> TimetableEntry:
    usual: dict[str, Any] = {
        "tenant_id": TenantId("t"),
        "campaign_id": CampaignId(UUID(int=3)),
        "mode": Mode.ONE_TIME,
        "status": Status.SCHEDULED,
        "starts_at": None,
        "ends_at": None,
        "schedule": None,
        "planned_until": None,
    }
    return TimetableEntry(**usual | fields)


class Commanded:
    """A bus that remembers, and refuses what it is told to."""

    def __init__(self, **refusals: Exception) -> None:
        self.messages: list[Any] = []
        self.refusals = refusals

    async def __call__(self, message: Any) -> None:
        self.messages.append(message)
        if refusal := self.refusals.get(type(message).__name__):
            raise refusal

    def bus(self) -> Bus:
        return Bus(dict.fromkeys((StartPlannedRun, PauseCampaign, CompleteCampaign), self))


def keep(world: World, commanded: Commanded, now: datetime = NOW) -> tuple[Exception, ...]:
    timekeeper = Timekeeper(SetTimetable(world), _Recurrence(world), commanded.bus())
    return asyncio.run(timekeeper.keep(now))


@pytest.mark.parametrize(
    ("given", "planned", "expected"),
    [
        ({"starts_at": NOW - HOUR}, None, StartPlannedRun),
        ({"status": Status.RUNNING, "ends_at": NOW}, None, CompleteCampaign),
        ({"status": Status.PAUSED, "ends_at": NOW - HOUR}, None, CompleteCampaign),
        ({"status": Status.RUNNING, "ends_at": NOW + HOUR}, None, None),
        ({"status": Status.ACTIVE, "mode": Mode.RECURRING, "planned_until": NOW}, NOW, None),
        ({"status": Status.ACTIVE, "mode": Mode.RECURRING, "schedule": Schedule()}, NOW, None),
        (
            {"status": Status.ACTIVE, "mode": Mode.RECURRING, "schedule": Schedule(), "planned_until": NOW - HOUR},
            NOW,
            StartPlannedRun,
        ),
        (
            {"status": Status.ACTIVE, "mode": Mode.RECURRING, "schedule": Schedule(), "planned_until": NOW - HOUR},
            NOW + HOUR,
            None,
        ),
        (
            {"status": Status.ACTIVE, "mode": Mode.RECURRING, "schedule": Schedule(), "planned_until": NOW - HOUR},
            None,
            None,
        ),
    ],
)
def test_time_asks_one_thing_of_a_campaign(given: Any, planned: datetime | None, expected: type[Any] | None) -> None:
    world, commanded = World(), Commanded()
    world.entries, world.planned = [entry(**given)], planned
    assert keep(world, commanded) == ()
    assert [type(message) for message in commanded.messages] == ([expected] if expected else [])


def test_asking_again_is_the_same_command() -> None:
    world, commanded = World(), Commanded()
    world.entries = [entry(starts_at=NOW)]
    keep(world, commanded)
    keep(world, commanded, NOW + timedelta(seconds=1))
    first, second = commanded.messages
    assert first == second
    assert (first.planned_for, first.caller.tenant_id, first.caller.principal) == (NOW, "t", "scheduler")


def test_a_recurrence_does_not_begin_before_its_start() -> None:
    world, commanded = World(), Commanded()
    start = NOW + HOUR
    recurring = {"status": Status.ACTIVE, "mode": Mode.RECURRING, "schedule": Schedule()}
    world.entries = [entry(**recurring, planned_until=NOW, starts_at=start)]
    keep(world, commanded)
    just_before = start - timedelta(microseconds=1)
    assert world.asked == [f"next after {just_before.isoformat()} from {start.isoformat()}"]


def test_what_is_not_ready_when_its_time_comes_is_held_with_the_reason() -> None:
    refusal = ConfigurationError("not ready", (Violation("/channels", "at least one"),))
    world, commanded = World(), Commanded(StartPlannedRun=refusal)
    world.entries = [entry(starts_at=NOW)]
    assert keep(world, commanded) == (refusal,)
    paused = commanded.messages[1]
    assert isinstance(paused, PauseCampaign)
    assert paused.reason == "not ready to start: /channels at least one"
    assert paused.caller.command_id != commanded.messages[0].caller.command_id


@pytest.mark.parametrize("refusal", [TransitionError("moved", ()), DependencyDownError("rules", "away")])
def test_one_campaign_s_trouble_does_not_stop_the_others(refusal: Exception) -> None:
    world, commanded = World(), Commanded(StartPlannedRun=refusal)
    world.entries = [entry(starts_at=NOW), entry(status=Status.ACTIVE, ends_at=NOW)]
    assert keep(world, commanded) == (refusal,)
    assert [type(message) for message in commanded.messages] == [StartPlannedRun, CompleteCampaign]


def test_what_cannot_even_be_held_is_told() -> None:
    first, second = ConfigurationError("not ready"), DomainError("gone")
    world, commanded = World(), Commanded(StartPlannedRun=first, PauseCampaign=second)
    world.entries = [entry(starts_at=NOW)]
    assert keep(world, commanded) == (first, second)


def test_the_end_of_an_execution_reaches_its_campaign() -> None:
    news = delivery.ExecutionCompletedNews(
        campaign_id=UUID(int=3),
        execution_id=RUN,
        completed_at=NOW,
        audience=10,
        holdout=1,
        control=1,
        skipped=1,
        sent=4,
        failed=1,
        uncertain=1,
        cancelled=1,
    )
    totals = Totals(audience=10, sent=4, failed=1, skipped=3, uncertain=1, cancelled=1)
    expected = FinishRun(caller=CALLER, campaign_id=UUID(int=3), execution_id=RUN, totals=totals)
    assert asyncio.run(FinishWhenExecutionCompleted()(news, CALLER)) == (expected,)


def test_a_failed_execution_holds_its_campaign() -> None:
    news = delivery.ExecutionFailedNews(
        campaign_id=UUID(int=3), execution_id=RUN, failed_at=NOW, code="delivery.content", reason="x" * 600
    )
    (command,) = asyncio.run(PauseWhenExecutionFailed()(news, CALLER))
    assert isinstance(command, PauseCampaign)
    assert command.reason is not None
    assert command.reason.startswith("delivery.content: xxx")
    assert len(command.reason) == 500


@pytest.mark.parametrize(("reason", "holds"), [("budget_exhausted", True), ("a typo", False), (None, False)])
def test_an_exhausted_budget_holds_the_campaign(reason: str | None, holds: bool) -> None:
    news = delivery.ExecutionPausedNews(
        campaign_id=UUID(int=3), execution_id=RUN, paused_at=NOW, paused_by="delivery", reason=reason
    )
    commands = asyncio.run(PauseWhenExecutionHeldItself()(news, CALLER))
    assert [command.reason for command in commands] == ([reason] if holds else [])


def test_all_missed_instants_are_answered_one_after_the_other_at_one_look() -> None:
    world, commanded = World(), Commanded()
    recurring = {"status": Status.ACTIVE, "mode": Mode.RECURRING, "schedule": Schedule(cron="0 * * * *")}
    world.entries = [entry(**recurring, planned_until=NOW - 5 * HOUR)]
    timekeeper = Timekeeper(SetTimetable(world), CronsimRecurrence(), commanded.bus())
    assert asyncio.run(timekeeper.keep(NOW)) == ()
    assert [message.planned_for for message in commanded.messages] == [NOW - hours * HOUR for hours in (4, 3, 2, 1, 0)]


def test_an_instant_that_is_refused_keeps_those_after_it_waiting() -> None:
    world, commanded = World(), Commanded(StartPlannedRun=DependencyDownError("rules", "away"))
    recurring = {"status": Status.ACTIVE, "mode": Mode.RECURRING, "schedule": Schedule(cron="0 * * * *")}
    world.entries = [entry(**recurring, planned_until=NOW - 5 * HOUR)]
    timekeeper = Timekeeper(SetTimetable(world), CronsimRecurrence(), commanded.bus())
    assert len(asyncio.run(timekeeper.keep(NOW))) == 1
    assert [message.planned_for for message in commanded.messages] == [NOW - 4 * HOUR]

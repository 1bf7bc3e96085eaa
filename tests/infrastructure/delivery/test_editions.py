"""A paused execution goes on by the campaign's order of now, over a real database."""

import asyncio
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs
from tests.support.delivery_world import EMAIL, FAST_POLICY, PlainContent, World, people

from campaigns.application.delivery.commands.pause_execution import PauseExecution
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.kinds import ExecutionStatus
from campaigns.domain.delivery.template import TemplateNotFoundError
from campaigns.domain.shared.channels import Channel, Content
from campaigns.domain.shared.money import Money

pytestmark = pytest.mark.anyio


def saying(text: str) -> tuple[Channel, ...]:
    return (Channel(channel_type=EMAIL, content=Content(subject="Hi", body_text=text)),)


def stored(world: World, execution: Execution) -> tuple[Brief, int]:
    ((brief, edition),) = world.query("select brief, edition from executions where execution_id = %s", execution.id)
    return msgspec.convert(brief, Brief), edition


async def paused(world: World, execution: Execution) -> None:
    await world.bus(PauseExecution(caller=world.caller(), execution_id=execution.id, reason="a typo"))


async def resumed(world: World, execution: Execution) -> None:
    await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))


async def test_a_resumption_stores_the_next_edition_which_every_later_claim_carries(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(50), channels=saying("old https://a.example"))
        first = await world.ledger.claim("w1", 5)
        assert first is not None
        await world.ledger.give_back(first)
        await paused(world, execution)
        world.briefs.brief = replace(world.briefs.brief, channels=saying("new"))
        assert stored(world, execution)[0].channels == saying("old https://a.example")
        await resumed(world, execution)
        brief, edition = stored(world, execution)
        assert (brief.channels, brief.edition, brief.first_link, edition) == (saying("new"), 2, 1, 2)
        second = await world.ledger.claim("w2", 5)
        assert second is not None
        assert (first.edition, second.edition, (await world.ledger.brief(second)).channels) == (1, 2, saying("new"))


async def test_an_edit_without_a_pause_changes_nothing_that_was_planned(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(50), channels=saying("old"))
        world.briefs.brief = replace(world.briefs.brief, channels=saying("new"))
        await resumed(world, execution)
        assert stored(world, execution)[0].channels == saying("old")


async def test_a_worker_opens_each_edition_once(database_url: str) -> None:
    opened: list[str] = []

    class Remembering:
        async def prepare(self, brief: Brief, execution_no: int) -> PlainContent:
            opened.append(brief.channels[0].content.body_text or "")
            return PlainContent()

    async with World(database_url).open() as world:
        execution = await world.plan(people(50), channels=saying("old"))
        desks = world.worker(renderer=Remembering())._desks
        for words in ("old", "new"):
            for _ in range(2):
                claim = await world.ledger.claim("w", 5)
                assert claim is not None
                assert (await desks.of(claim)).brief.channels == saying(words)
                await world.ledger.give_back(claim)
            await paused(world, execution)
            world.briefs.brief = replace(world.briefs.brief, channels=saying("new"))
            await resumed(world, execution)
        assert opened == ["old", "new"]


async def test_a_raised_budget_lets_the_rest_be_sent(database_url: str) -> None:
    policy = replace(FAST_POLICY, costs={EMAIL: 1.0})
    async with World(database_url, policy).open() as world:
        execution = await world.plan(people(3_000), budget=Money(amount=Decimal(10), currency="EUR"))

        async def exhausted() -> bool:
            return (await world.get(execution.id)).status is ExecutionStatus.PAUSED

        await world.work(exhausted)
        world.briefs.brief = replace(world.briefs.brief, budget=Money(amount=Decimal(10_000), currency="EUR"))
        await resumed(world, execution)
        assert (await world.work_off(execution)).sent == 3_000


async def test_an_order_that_cannot_be_taken_any_more_fails_the_execution_with_its_words(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(50))
        await paused(world, execution)

        async def gone(*_: Any) -> Brief:
            raise TemplateNotFoundError("There is no template 7")

        monkeypatch.setattr(world.briefs, "of", gone)
        await resumed(world, execution)
        ended = await world.get(execution.id)
        assert (ended.status, ended.reason) == (ExecutionStatus.FAILED, "There is no template 7")


async def test_what_messages_had_to_do_without_is_logged_with_their_execution(database_url: str) -> None:
    class Gaps(PlainContent):
        def take_gaps(self) -> dict[str, int]:
            return {"first_name": 3}

    class GapRenderer:
        async def prepare(self, brief: Brief, execution_no: int) -> Gaps:
            return Gaps()

    async with World(database_url).open() as world:
        execution = await world.plan(people(5))
        claim = await world.ledger.claim("w", 5)
        assert claim is not None
        with capture_logs() as told:
            await world.worker(renderer=GapRenderer()).work_on(claim, asyncio.Event())
        (line,) = [entry for entry in told if "messages_by_variable" in entry]
        assert (line["messages_by_variable"], line["execution_id"]) == ({"first_name": 3}, str(execution.id))

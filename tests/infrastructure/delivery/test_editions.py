"""A paused execution goes on by the campaign's order of now, over a real database."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs
from tests.support.delivery_world import EMAIL, FAST_POLICY, PlainContent, World, people

from campaigns.application.delivery.commands.pause_execution import PauseExecution
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.application.delivery.ports import Handover, OutgoingMessage
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.kinds import ExecutionStatus
from campaigns.domain.delivery.spending import Prices
from campaigns.domain.delivery.template import TemplateNotFoundError
from campaigns.domain.shared.channels import Channel, Content
from campaigns.domain.shared.money import Money
from campaigns.domain.shared.sending_limits import Throttle

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
    policy = replace(FAST_POLICY, prices=Prices({EMAIL: Decimal(1)}))
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


def releases(world: World) -> list[tuple[int, int, float]]:
    """Of what waits: from, to, and seconds from now."""
    return [
        (first, last, float(seconds))
        for first, last, seconds in world.query(
            "select intended_to + 1, seq_to, extract(epoch from release_at - now()) from batches"
            " where state = 'waiting' order by seq_from"
        )
    ]


async def test_a_new_throttle_paces_what_waits_at_once_in_batches_that_fit_it(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(2_500))
        await paused(world, execution)
        world.briefs.brief = replace(world.briefs.brief, throttle=Throttle(per_minute=400))
        await resumed(world, execution)
        waiting = releases(world)
        assert [last - first + 1 for first, last, _ in waiting] == [10] * 250
        assert [later[2] - earlier[2] for earlier, later in pairwise(waiting)] == pytest.approx([1.53] * 249, abs=0.01)
        assert waiting[0][2] < 1
        assert [(first, last) for first, last, _ in waiting] == [(n, n + 9) for n in range(1, 2_500, 10)]
        assert world.query("select count(distinct batch_no) from batches") == [(250,)]
        assert world.query("select lateness from executions") == [(timedelta(seconds=1.2),)]


async def test_without_its_throttle_everything_is_released_at_once(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(300), throttle=Throttle(per_minute=40))
        assert releases(world)[-1][2] > 60
        await paused(world, execution)
        world.briefs.brief = replace(world.briefs.brief, throttle=None)
        await resumed(world, execution)
        assert max(seconds for _, _, seconds in releases(world)) <= 0
        counted = await world.work_off(execution)
        assert (counted.sent, world.states(execution)) == (300, {"sent": 300})


async def test_a_batch_that_was_begun_is_cut_behind_what_has_left(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(1_500))
        slow = world.sender.accept

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            await asyncio.sleep(0.05)
            return await slow(messages)

        world.sender.answer = answer

        async def begun() -> bool:
            return len(world.sender.arrived) > 100

        await world.work(begun)
        await paused(world, execution)
        left = len(world.sender.arrived)
        world.briefs.brief = replace(world.briefs.brief, throttle=Throttle(per_minute=60_000))
        await resumed(world, execution)
        assert all(last - first < 1_000 for first, last, _ in releases(world))
        world.briefs.brief = replace(world.briefs.brief, throttle=Throttle(per_minute=8_000))
        await paused(world, execution)
        await resumed(world, execution)
        waiting = releases(world)
        assert all(last - first < 200 for first, last, _ in waiting)
        assert sum(last - first + 1 for first, last, _ in waiting) == 1_500 - left
        counted = await world.work_off(execution)
        assert counted.holds()
        assert counted.sent == 1_500 == len(world.sender.arrived)
        assert set(world.sender.arrived.values()) == {1}

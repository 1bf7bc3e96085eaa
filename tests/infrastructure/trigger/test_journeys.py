"""A step is told once the books know who waits for it, however late they or whoever tells it come."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from tests.infrastructure.trigger.conftest import World
from tests.support.ledgers import WrittenLedger

from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.trigger.journeys import Journeys
from campaigns.infrastructure.trigger.outside_events import PostgresOutsideEvents

pytestmark = pytest.mark.anyio

CLICKED, SILENT = "campaign.message.clicked", "campaign.message.not_opened_after_3_days"


class NoPulse:
    """Steps are taken one by one here."""

    async def rest(self, seconds: float, stopping: asyncio.Event) -> None:
        raise AssertionError("nobody runs")

    def stir(self) -> None:
        raise AssertionError("nobody runs")


def journeys(world: World) -> Journeys:
    return Journeys(world.database, PostgresOutsideEvents(world.database), world.clock, NoPulse())


async def settled(world: World, told: Journeys) -> None:
    """Six seconds pass between two looks, and the second one tells."""
    await told.step()
    world.later(seconds=6)
    await told.step()


def told_of(world: World) -> list[tuple[Any, ...]]:
    return world.query("select event_type, user_id from outside_events order by 1, 2", {})


def books_read(world: World, position: int) -> None:
    world.query(
        "insert into followers (name, position) values ('triggers', %(p)s) "
        "on conflict (name) do update set position = %(p)s",
        {"p": position},
    )


def following(world: World, ledger: WrittenLedger, event_type: str) -> None:
    criteria = {"field": "event.campaign_id", "operator": "equals", "value": str(ledger.campaign_id)}
    world.listens(since=7, event_type=event_type, criteria=criteria)


async def test_a_click_after_an_activation_is_told_however_late_the_books_are(world: World) -> None:
    ledger, told = WrittenLedger(world.url), journeys(world)
    books_read(world, 6)
    world.query("update feed_head set position = 7", {})  # the activation, which nobody has read yet
    ledger.say((1, FactKind.CLICKED), at=world.clock.now())
    await settled(world, told)
    await settled(world, told)
    assert told_of(world) == []
    following(world, ledger, CLICKED)
    books_read(world, 7)
    await told.step()
    assert told_of(world) == [(CLICKED, "u1")]


async def test_whoever_tells_begins_where_nobody_has_told_before(world: World) -> None:
    ledger = WrittenLedger(world.url)
    following(world, ledger, CLICKED)
    ledger.say((1, FactKind.CLICKED), at=world.clock.now())
    await settled(world, journeys(world))
    assert told_of(world) == [(CLICKED, "u1")]


@pytest.mark.parametrize(("days", "expected"), [(3, []), (2, [(SILENT, "u1"), (SILENT, "u2")])])
async def test_silence_counts_from_when_it_is_waited_for_not_from_when_somebody_looks(
    world: World, days: int, expected: Sequence[tuple[str, str]]
) -> None:
    """Sent so many days before the activation: what was three days old by then is not told, what became so is."""
    ledger = WrittenLedger(world.url)
    ledger.say(ranges=[(1, 2)], at=world.clock.now() - timedelta(days=days))
    world.later(seconds=1)
    following(world, ledger, SILENT)
    world.later(days=2)  # nobody looks
    await settled(world, journeys(world))
    assert told_of(world) == list(expected)


async def test_who_dies_after_telling_tells_again_and_it_counts_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = WrittenLedger(world.url)
    following(world, ledger, CLICKED)
    ledger.say((1, FactKind.CLICKED), (2, FactKind.CLICKED), at=world.clock.now())

    async def dies(*_: object) -> None:
        raise RuntimeError("the process died here")

    first = journeys(world)
    await first.step()
    world.later(seconds=6)
    with monkeypatch.context() as patched:
        patched.setattr("campaigns.infrastructure.trigger.journeys.move_position", dies)
        with pytest.raises(RuntimeError, match="died"):
            await first.step()
    await settled(world, journeys(world))
    assert told_of(world) == [(CLICKED, "u1"), (CLICKED, "u2")]

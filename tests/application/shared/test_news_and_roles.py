"""The registry of what is published, and several runnables as one role."""

import asyncio
from uuid import UUID

import pytest

from campaigns.application.shared.published import PublishedEvent, WireNames
from campaigns.application.shared.runnable import Together


class Opened(PublishedEvent, frozen=True, kw_only=True):
    pass


class Closed(PublishedEvent, frozen=True, kw_only=True):
    pass


class Waits:
    def __init__(self) -> None:
        self.ended = ""

    async def run(self, stopping: asyncio.Event) -> None:
        try:
            await stopping.wait()
            self.ended = "told"
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise


class Fails:
    async def run(self, stopping: asyncio.Event) -> None:
        await asyncio.sleep(0)
        raise OSError("gone")


def test_news_is_known_by_its_wire_name_and_back() -> None:
    names = WireNames([{"door.opened": Opened}, {"door.closed": Closed}])
    assert names.of(Closed(campaign_id=UUID(int=1))) == "door.closed"
    assert names.catalogue == {"door.opened": Opened, "door.closed": Closed}


def test_a_wire_name_is_published_by_one_context() -> None:
    with pytest.raises(ValueError, match=r"^published twice: door\.opened, door\.shut$"):
        WireNames([{"door.opened": Opened, "door.shut": Closed}, {"door.shut": Closed, "door.opened": Opened}])


def test_news_that_no_context_lists_has_no_name() -> None:
    with pytest.raises(KeyError):
        WireNames([{"door.opened": Opened}]).of(Closed(campaign_id=UUID(int=1)))


def test_several_stop_together_when_told() -> None:
    both = [Waits(), Waits()]

    async def run() -> None:
        stopping = asyncio.Event()
        asyncio.get_running_loop().call_soon(stopping.set)
        await Together(both).run(stopping)

    asyncio.run(run())
    assert [one.ended for one in both] == ["told", "told"]


def test_when_one_fails_all_end_and_its_failure_is_the_failure_of_all() -> None:
    waiting = Waits()
    with pytest.raises(ExceptionGroup) as failed:
        asyncio.run(Together([waiting, Fails()]).run(asyncio.Event()))
    assert failed.group_contains(OSError, match="gone")
    assert waiting.ended == "cancelled"

"""News of one context becomes commands of another, once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from psycopg import AsyncConnection
from tests.infrastructure.eventstore.lamps import TOPICS, LampInstalled, caller, installed, lamps

from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.published import PublishedEvent
from campaigns.domain.shared.errors import RefusedError
from campaigns.infrastructure.eventstore import EventLog, Follower, News, Recorded
from campaigns.infrastructure.eventstore.reacting import Reactions
from campaigns.infrastructure.eventstore.translating import Translations
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio


class LampAppeared(PublishedEvent, frozen=True, kw_only=True):
    room: str


class InstallSpare(Command, frozen=True, kw_only=True):
    room: str


class WhenALampAppearsInstallASpare:
    async def __call__(self, news: LampAppeared, caller: Caller) -> Sequence[Command]:
        return () if news.room == "spare" else (InstallSpare(caller=caller, room="spare"),)


def translate(recorded: Recorded) -> PublishedEvent | None:
    match recorded.payload:
        case LampInstalled() as event:
            return LampAppeared(campaign_id=event.lamp_id, room=event.room)
        case _:
            return None


def reacting(database: Database, log: EventLog, dispatch: "Dispatch") -> Follower:
    reactions = Reactions(log, dispatch, Translations([translate]), {LampAppeared: [WhenALampAppearsInstallASpare()]})
    return Follower(database, News(database), TOPICS, name="reactions:lamps", handle=reactions.handle)


class Dispatch:
    """Installs the spare; keeps the commands, and refuses or crashes afterwards when told to."""

    def __init__(self, log: EventLog, *, refuse: bool = False) -> None:
        self.commands: list[InstallSpare] = []
        self.crash_after_the_next = False
        self._store = lamps(log)
        self._refuse = refuse

    async def __call__(self, command: InstallSpare) -> Receipt:
        self.commands.append(command)
        if self._refuse:
            raise RefusedError("no more lamps")
        event = installed(command.caller.tenant_id, command.room)
        receipt = await self._store.record(None, [event], command.caller)
        if self.crash_after_the_next:
            self.crash_after_the_next = False
            raise RuntimeError("killed after the commit")
        return receipt


async def test_news_becomes_a_command_of_the_same_tenant(log: EventLog, database: Database) -> None:
    me = caller("acme")
    await lamps(log).record(None, [installed("acme")], me)
    dispatch = Dispatch(log)
    follower = reacting(database, log, dispatch)
    await follower.catch_up()
    await follower.catch_up()
    (command,) = dispatch.commands
    assert (command.caller.tenant_id, command.caller.correlation_id) == ("acme", me.correlation_id)
    assert command.caller.causation_id == "event:1"


async def test_a_command_that_was_recorded_before_a_crash_is_not_repeated(log: EventLog, database: Database) -> None:
    await lamps(log).record(None, [installed()], caller())
    dispatch = Dispatch(log)
    dispatch.crash_after_the_next = True
    follower = reacting(database, log, dispatch)
    with pytest.raises(RuntimeError):
        await follower.catch_up()
    await follower.catch_up()
    assert len(dispatch.commands) == 1
    assert log.recorder.max_notification_id() == 2, "one lamp, one spare"


async def test_a_repeat_carries_the_same_command_id(log: EventLog, database: Database) -> None:
    await lamps(log).record(None, [installed()], caller())
    ids: set[UUID] = set()
    for _ in range(2):
        dispatch = Dispatch(log, refuse=True)
        await reacting(database, log, dispatch).catch_up()
        ids |= {command.caller.command_id for command in dispatch.commands}
        async with database.system() as connection:
            await _back_to_the_start(connection)
    assert len(ids) == 1


async def test_a_refused_command_does_not_hold_up_the_rest(log: EventLog, database: Database) -> None:
    store = lamps(log)
    await asyncio.gather(*(store.record(None, [installed()], caller()) for _ in range(3)))
    dispatch = Dispatch(log, refuse=True)
    assert await reacting(database, log, dispatch).catch_up() == 3
    assert len(dispatch.commands) == 3


async def _back_to_the_start(connection: AsyncConnection) -> None:
    await connection.execute("update followers set position = 0")

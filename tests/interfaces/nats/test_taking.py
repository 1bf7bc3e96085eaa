"""From messages to commands: a real inbox, and handlers that a test decides."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from campaigns.application.shared.consuming import Incoming, Taken
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.messages import Command
from campaigns.domain.shared.errors import RefusedError
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.inbox import ForgetOldEvents, PostgresInbox, newly
from campaigns.interfaces.nats.envelopes import Envelope, UnreadableError, envelopes
from campaigns.interfaces.nats.received import Received, Subscription
from campaigns.interfaces.nats.subscriptions import SUBSCRIPTIONS
from campaigns.interfaces.nats.taking import SubjectTaking, key_of

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Ordered(Struct, frozen=True):
    """Somebody ordered something."""

    number: int


class Note(Command, frozen=True, kw_only=True):
    numbers: tuple[int, ...]
    events: tuple[Any, ...]


def note(events: Sequence[Received[Ordered]]) -> list[Note]:
    numbers = tuple(event.body.number for event in events)
    return [Note(caller=events[0].caller, numbers=numbers, events=tuple(event.consumed for event in events))]


ORDERS = Subscription(subject="order.placed", body=Ordered, commands=note)


class Clock:
    def now(self) -> datetime:
        return NOW


def order(number: int, **fields: Any) -> Incoming:
    body = {"id": f"o{number}", "number": number, **fields}
    return Incoming(
        subject="order.placed", headers={}, data=json.dumps(body).encode(), position=f"S:{number}", stored_at=NOW
    )


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as opened:
        yield opened


class Orders:
    """The handler: remembers what it was told, and fails as it is told to."""

    def __init__(self, database: Database, fails: Callable[[Note], Exception | None] = lambda _: None) -> None:
        self.noted: list[tuple[int, ...]] = []
        self.tries = 0
        self._fails = fails
        self.taking = SubjectTaking(ORDERS, self, PostgresInbox(database), Clock(), timedelta(days=30))

    async def __call__(self, command: Note) -> None:
        self.tries += 1
        if (failure := self._fails(command)) is not None:
            raise failure
        self.noted.append(command.numbers)


async def test_new_events_of_a_batch_become_one_command_and_known_ones_none(database: Database) -> None:
    orders = Orders(database)
    assert await orders.taking([order(1), order(2), order(1)]) == Taken(taken=2, repeated=1)
    assert await orders.taking([order(2), order(3)]) == Taken(taken=1, repeated=1)
    assert orders.noted == [(1, 2), (3,)]


async def test_an_event_that_fails_is_tried_three_times_and_costs_the_others_nothing(database: Database) -> None:
    orders = Orders(database, lambda command: ValueError("13") if 13 in command.numbers else None)
    taken = await orders.taking([order(1), order(13), order(2)])
    ((number, letter),) = taken.dead
    assert (taken.taken, number, letter.code, letter.error) == (2, 1, "internal", "ValueError: 13")
    assert orders.noted == [(1,), (2,)]
    assert orders.tries == 1 + 1 + 3 + 1


async def test_a_refusal_is_final_and_keeps_its_code(database: Database) -> None:
    orders = Orders(database, lambda _: RefusedError("not now"))
    ((_, letter),) = (await orders.taking([order(1)])).dead
    assert (letter.code, letter.message.data, orders.tries) == (RefusedError.code, order(1).data, 2)


async def test_a_failure_that_passes_is_no_failure(database: Database) -> None:
    left = [ValueError("a deadlock, say"), ValueError("and another")]
    orders = Orders(database, lambda _: left.pop() if left else None)
    assert await orders.taking([order(1)]) == Taken(taken=1)


async def test_a_dependency_that_is_away_is_told_and_nothing_is_remembered(database: Database) -> None:
    orders = Orders(database, lambda _: DependencyDownError("shop", "away"))
    with pytest.raises(DependencyDownError):
        await orders.taking([order(1)])
    again = Orders(database)
    assert await again.taking([order(1)]) == Taken(taken=1)


async def test_a_handler_that_died_after_its_effect_is_asked_again_under_the_same_command_id(
    database: Database,
) -> None:
    ids: list[Any] = []

    def dies(command: Note) -> Exception | None:
        ids.append(command.caller.command_id)
        return DependencyDownError("postgres", "away") if len(ids) == 1 else None

    orders = Orders(database, dies)
    with pytest.raises(DependencyDownError):
        await orders.taking([order(1)])
    await orders.taking([order(1)])
    assert ids == [key_of("order.placed", "default", "", "o1")] * 2


async def test_old_events_are_taken_on_an_operators_word_only(database: Database) -> None:
    orders, old = Orders(database), order(1, timestamp="2026-09-01T00:00:00Z")
    assert [letter.code for _, letter in (await orders.taking([old])).dead] == ["event.too_old"]
    assert await orders.taking([old], however_old=True) == Taken(taken=1)


async def test_two_transactions_with_the_same_event_have_one_effect(database: Database) -> None:
    (command,) = note([_received(1)])

    async def effect() -> int:
        async with database.system() as connection:
            new = await newly(connection, command.events)
            await asyncio.sleep(0.2)
            return len(new)

    assert sorted(await asyncio.gather(effect(), effect(), effect())) == [0, 0, 1]


async def test_an_effect_that_is_rolled_back_is_not_remembered(database: Database) -> None:
    (command,) = note([_received(1)])

    async def fail() -> None:
        async with database.system() as connection:
            await newly(connection, command.events)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await PostgresInbox(database).known([command.events[0].key]) == set()


async def test_the_inbox_forgets_what_is_past_its_retention(database: Database) -> None:
    orders = Orders(database)
    await orders.taking([order(1), order(2)])
    async with database.system() as connection:
        await connection.execute(
            "update inbox set received_at = %s where event_key = %s", (NOW, _received(1).consumed.key)
        )

    class Later:
        def now(self) -> datetime:
            return NOW + timedelta(days=31)

    assert await ForgetOldEvents(database, Later(), timedelta(days=30)).forget() == 1
    assert await PostgresInbox(database).known([_received(number).consumed.key for number in (1, 2)]) == {
        _received(2).consumed.key
    }


def _received(number: int) -> Received[Ordered]:
    (found,) = envelopes(order(number))
    assert isinstance(found, Envelope)
    taking = SubjectTaking(ORDERS, None, None, Clock(), timedelta(days=30))  # type: ignore[arg-type] - reads alone
    return taking._event(found, order(number), None)[1]


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5).map(
        lambda body: json.dumps(body).encode()
    )
)
def test_whatever_comes_is_read_or_said_to_be_unreadable(data: bytes) -> None:
    message = Incoming(subject="a", headers={}, data=data, position="S:1", stored_at=NOW)
    assert all(isinstance(found, Envelope | UnreadableError) for found in envelopes(message))


def test_every_subject_is_listened_to_once_and_says_what_its_events_are() -> None:
    subjects = [subject for subscription in SUBSCRIPTIONS for subject in subscription.subjects]
    assert len(subjects) == len(set(subjects))
    assert all(subscription.body.__doc__ for subscription in SUBSCRIPTIONS)

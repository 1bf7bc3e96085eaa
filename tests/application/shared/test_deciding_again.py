"""The bus decides again where that is safe, and only there."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import ConflictError, StaleVersionError
from campaigns.application.shared.messages import Command, Query
from campaigns.application.shared.retrying import decided_again
from campaigns.domain.shared.errors import InvalidError, LimitError, NotFoundError, RefusedError
from campaigns.domain.shared.ids import TenantId


class Ring(Command, frozen=True, kw_only=True):
    pass


class IsRinging(Query, frozen=True, kw_only=True):
    pass


CALLER = Caller(
    tenant_id=TenantId("acme"), principal="p", scopes=frozenset(), command_id=UUID(int=1), correlation_id="c"
)


class Handler:
    """Answers each attempt with the next of its outcomes, and remembers what it was asked."""

    def __init__(self, *outcomes: object) -> None:
        self.outcomes = list(outcomes)
        self.asked: list[Command | Query] = []

    async def __call__(self, message: Command | Query) -> object:
        self.asked.append(message)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @property
    def freshness(self) -> Sequence[bool]:
        return [message.caller.fresh for message in self.asked]


def dispatch(handler: Handler, message: Command | Query) -> object:
    bus = Bus({type(message): handler}, [decided_again(lambda: 0.0)])
    return asyncio.run(bus(message))


def test_a_conflict_is_decided_again_on_fresh_state() -> None:
    handler = Handler(ConflictError(), ConflictError(), "rung")
    assert dispatch(handler, Ring(caller=CALLER)) == "rung"
    assert handler.freshness == [False, True, True]


def test_the_third_conflict_is_the_answer() -> None:
    handler = Handler(ConflictError(), ConflictError(), ConflictError())
    with pytest.raises(ConflictError):
        dispatch(handler, Ring(caller=CALLER))
    assert len(handler.asked) == 3


@pytest.mark.parametrize("refusal", [RefusedError("no"), LimitError("no"), InvalidError("no"), StaleVersionError()])
def test_a_refusal_on_state_that_may_be_old_is_decided_once_more(refusal: Exception) -> None:
    handler = Handler(refusal, "rung")
    assert dispatch(handler, Ring(caller=CALLER)) == "rung"
    assert handler.freshness == [False, True]


@pytest.mark.parametrize("refusal", [RefusedError("no"), StaleVersionError()])
def test_a_refusal_on_fresh_state_is_the_answer(refusal: Exception) -> None:
    handler = Handler(refusal, refusal)
    with pytest.raises(type(refusal)):
        dispatch(handler, Ring(caller=CALLER))
    assert handler.freshness == [False, True]


def test_a_refusal_after_a_conflict_is_the_answer() -> None:
    handler = Handler(ConflictError(), RefusedError("no"))
    with pytest.raises(RefusedError):
        dispatch(handler, Ring(caller=CALLER))


def test_what_does_not_exist_is_not_looked_for_twice() -> None:
    handler = Handler(NotFoundError("none"))
    with pytest.raises(NotFoundError):
        dispatch(handler, Ring(caller=CALLER))
    assert len(handler.asked) == 1


def test_every_attempt_is_the_same_command_of_the_same_caller() -> None:
    handler = Handler(ConflictError(), "rung")
    dispatch(handler, Ring(caller=CALLER))
    assert {message.caller.command_id for message in handler.asked} == {CALLER.command_id}


def test_a_query_is_asked_once() -> None:
    handler = Handler(RefusedError("no"))
    with pytest.raises(RefusedError):
        dispatch(handler, IsRinging(caller=CALLER))
    assert len(handler.asked) == 1


def test_a_defect_is_not_tried_again() -> None:
    handler = Handler(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        dispatch(handler, Ring(caller=CALLER))
    assert len(handler.asked) == 1

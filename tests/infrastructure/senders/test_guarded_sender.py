"""A provider that is away is left alone for a while; one that refuses messages is not away."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Trouble, Verdict
from campaigns.infrastructure.delivery.senders.guarded import GuardedSender
from campaigns.infrastructure.http.breaker import Breaker

MESSAGES = (OutgoingMessage(1, "m1", "u1", "u1@x.example", -1, b"hello"),)


class Provider:
    """Answers as it is told, and counts how often it was asked."""

    provider, idempotent, max_chunk = "post", True, 7

    def __init__(self) -> None:
        self.answer: Handover | BaseException = Handover(accepted=1)
        self.asked = 0
        self.closed = False

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        self.asked += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        return dict.fromkeys(message_ids, True)

    async def close(self) -> None:
        self.closed = True


class Story:
    """A guarded provider and a clock; three failures open the breaker for ten seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.provider = Provider()
        self.breaker = Breaker("post", failures=3, rest=10, clock=lambda: self.now)
        self.told: list[bool] = []
        self.sender = GuardedSender(self.provider, self.breaker, self.tell)

    async def tell(self, breaker: Breaker) -> None:
        self.told.append(breaker.has_tripped)

    def deliver(self) -> Handover:
        return asyncio.run(self.sender.deliver(MESSAGES))

    def fail(self, times: int) -> None:
        self.provider.answer = ProviderAwayError("post", "no connection")
        for _ in range(times):
            with pytest.raises(ProviderAwayError, match="no connection"):
                self.deliver()


def test_a_provider_that_is_away_again_and_again_is_left_alone() -> None:
    story = Story()
    story.fail(3)
    story.now = 4.0
    with pytest.raises(ProviderAwayError, match="left alone") as refused:
        story.deliver()
    assert (story.provider.asked, refused.value.provider, refused.value.retry_after) == (3, "post", 6.0)


def test_one_chunk_finds_out_whether_the_provider_is_back() -> None:
    story = Story()
    story.fail(3)
    story.now = 11.0
    story.fail(1)
    with pytest.raises(ProviderAwayError, match="left alone"):
        story.deliver()
    story.now, story.provider.answer = 22.0, Handover(accepted=1)
    assert story.deliver().accepted == 1
    story.fail(2)
    assert story.provider.asked == 7


def test_refused_messages_are_an_answer() -> None:
    story = Story()
    story.provider.answer = Handover(accepted=0, troubles={1: Trouble(Verdict.TRANSIENT, "451 busy")})
    for _ in range(5):
        assert story.deliver().troubles[1].reason == "451 busy"
    assert story.provider.asked == 5


def test_failures_count_only_in_a_row() -> None:
    story = Story()
    story.fail(2)
    story.provider.answer = Handover(accepted=1)
    story.deliver()
    story.fail(2)
    story.provider.answer = Handover(accepted=1)
    assert story.deliver().accepted == 1


def test_an_unexpected_error_says_nothing_about_the_provider_and_lets_the_next_one_try() -> None:
    story = Story()
    story.fail(3)
    story.now, story.provider.answer = 11.0, ValueError("odd")
    with pytest.raises(ValueError, match="odd"):
        story.deliver()
    story.provider.answer = Handover(accepted=1)
    assert story.deliver().accepted == 1


def test_everything_else_is_the_senders_own() -> None:
    story = Story()
    guarded = story.sender
    assert (guarded.provider, guarded.idempotent, guarded.max_chunk) == ("post", True, 7)
    assert asyncio.run(guarded.look_up(["m1"], datetime.now(UTC))) == {"m1": True}
    asyncio.run(guarded.close())
    assert story.provider.closed


def test_who_watches_is_told_when_a_provider_is_left_alone_and_when_it_is_back_and_nothing_else() -> None:
    story = Story()
    story.deliver()
    story.fail(3)
    assert story.told == [True]
    assert story.breaker.reason == "no connection"
    story.now, story.provider.answer = 11.0, Handover(accepted=1)
    story.deliver()
    story.deliver()
    assert story.told == [True, False]

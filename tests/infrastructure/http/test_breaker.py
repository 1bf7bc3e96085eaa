import pytest

from campaigns.infrastructure.http.breaker import Breaker
from campaigns.infrastructure.http.errors import BreakerOpenError


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def opened(watch: Watch) -> Breaker:
    breaker = Breaker("rules", failures=3, rest=10, clock=watch)
    for _ in range(3):
        breaker.enter()
        breaker.failed()
    return breaker


def test_two_failures_and_a_success_leave_it_closed() -> None:
    breaker = Breaker("rules", failures=3)
    for _ in range(5):
        breaker.enter()
        breaker.failed()
        breaker.enter()
        breaker.failed()
        breaker.enter()
        breaker.succeeded()
    assert not breaker.is_open


def test_three_failures_in_a_row_open_it_and_it_says_for_how_long() -> None:
    watch = Watch()
    breaker = opened(watch)
    watch.seconds = 4
    with pytest.raises(BreakerOpenError) as refused:
        breaker.enter()
    assert refused.value.retry_after == 6


def test_after_its_rest_one_call_finds_out() -> None:
    watch = Watch()
    breaker = opened(watch)
    watch.seconds = 10
    breaker.enter()
    with pytest.raises(BreakerOpenError):
        breaker.enter()
    breaker.succeeded()
    breaker.enter()


def test_a_failed_probe_opens_it_again() -> None:
    watch = Watch()
    breaker = opened(watch)
    watch.seconds = 10
    breaker.enter()
    breaker.failed()
    assert breaker.is_open
    assert breaker.retry_after == 10


def test_a_cancelled_probe_lets_the_next_one_try() -> None:
    watch = Watch()
    breaker = opened(watch)
    watch.seconds = 11
    breaker.enter()
    breaker.ended()
    breaker.enter()

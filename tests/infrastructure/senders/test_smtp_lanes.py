"""How a chunk is spread over connections."""

from hypothesis import given
from hypothesis import strategies as st

from campaigns.infrastructure.delivery.senders.smtp.lanes import LaneLength


def _after(seconds_each: float, messages: int = 100, lanes: int = 10) -> LaneLength:
    length = LaneLength()
    length.took(seconds_each * messages / lanes, messages, lanes)
    return length


def test_before_anything_is_known_a_connection_takes_sixteen() -> None:
    assert LaneLength().lanes(8, 10) == 1
    assert LaneLength().lanes(100, 10) == 6


def test_a_slow_server_gets_every_message_on_a_connection_of_its_own() -> None:
    assert _after(0.05).lanes(8, 10) == 8
    assert _after(0.05).lanes(100, 10) == 10


def test_a_fast_server_gets_few_connections() -> None:
    assert _after(0.0001).lanes(100, 10) == 6
    assert _after(0.0001).lanes(8, 10) == 1


@given(st.floats(1e-6, 10), st.integers(0, 1_000), st.integers(1, 50))
def test_there_is_a_connection_for_every_message_and_never_more_than_allowed(
    each: float, messages: int, most: int
) -> None:
    lanes = _after(each).lanes(messages, most)
    assert (lanes == 0) == (messages == 0)
    assert lanes <= min(most, messages)

"""Since when somebody is behind."""

from hypothesis import given
from hypothesis import strategies as st

from campaigns.infrastructure.telemetry.lag import Growth


def test_a_follower_at_the_end_is_not_behind() -> None:
    growth = Growth()
    growth.note(0, 100)
    assert growth.seconds_behind(1_000, 100) == 0


def test_a_follower_is_behind_since_the_first_event_it_has_not_handled_was_seen() -> None:
    growth = Growth()
    for now, end in ((0, 100), (5, 100), (10, 120), (15, 150)):
        growth.note(now, end)
    assert growth.seconds_behind(20, 100) == 10
    assert growth.seconds_behind(20, 110) == 10
    assert growth.seconds_behind(20, 120) == 5


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(0, 2_500))
def test_who_has_come_further_is_never_longer_behind(steps: list[int], position: int) -> None:
    growth, end = Growth(), 0
    for now, step in enumerate(steps):
        end += step
        growth.note(now, end)
    assert growth.seconds_behind(len(steps), position + 1) <= growth.seconds_behind(len(steps), position)
    assert growth.seconds_behind(len(steps), end) == 0

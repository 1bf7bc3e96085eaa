"""Answers leave when they are due, and no earlier than limits and windows let them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.delivery.test_pacing import heaviest, hours, throttles

from campaigns.domain.delivery.answering import pace_answers
from campaigns.domain.delivery.errors import NeverOpenError
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.sending_limits import Throttle

START = datetime(2026, 6, 10, 9, tzinfo=UTC)
instants = st.lists(st.integers(0, 200_000), max_size=300).map(
    lambda seconds: [START + timedelta(seconds=each) for each in sorted(seconds)]
)


@given(instants, throttles, hours)
def test_each_answer_leaves_once_when_it_is_due_and_within_every_limit(
    due: list[datetime], throttle: Throttle, opening: OpeningHours
) -> None:
    try:
        batches = pace_answers(due, throttle, opening, START)
    except NeverOpenError:
        return
    assert [seq for batch in batches for seq in range(batch.seq_from, batch.seq_to + 1)] == list(range(1, len(due) + 1))
    for batch in batches:
        assert batch.release_at >= due[batch.seq_to - 1]
        assert opening.next_open(batch.release_at) == batch.release_at
    for limit, minutes in ((throttle.per_minute, 1), (throttle.per_hour, 60), (throttle.per_day, 1440)):
        assert limit is None or heaviest(batches, timedelta(minutes=minutes)) <= limit


def test_without_a_limit_nothing_waits_longer_than_what_is_gathered_with_it() -> None:
    due = [START + timedelta(seconds=seconds) for seconds in (0, 20, 61, 7_200)]
    released = [batch.release_at - START for batch in pace_answers(due, None, OpeningHours(), START)]
    assert released == [timedelta(seconds=20), timedelta(seconds=61), timedelta(seconds=7_200)]

"""A batch of events says which messages it is about, in few words."""

from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.delivery.messages import message_id
from campaigns.infrastructure.nats.named_messages import HEADER, about, named, sought

keys = st.tuples(st.integers(1, 3), st.integers(1, 40))


def event_id(key: tuple[int, int]) -> str:
    return f"{message_id(*key)}.sent.7"


@given(st.lists(keys, min_size=1, max_size=100), st.frozensets(keys))
def test_a_batch_is_about_the_messages_of_its_events_and_no_other(
    told: list[tuple[int, int]], asked: frozenset[tuple[int, int]]
) -> None:
    headers = {HEADER: named(map(event_id, told)), "Nats-Msg-Id": "batch.00ff"}
    assert about(headers, sought(asked)) == (not asked.isdisjoint(told))


def test_neighbours_are_named_as_a_range() -> None:
    told = [(17, seq) for seq in range(1, 65)] + [(17, 70), (18, 3), (18, 4)]
    assert named(map(event_id, told)) == "17:1-64,70;18:3-4"


def test_an_event_that_travels_alone_is_known_by_its_own_id() -> None:
    assert about({"Nats-Msg-Id": "17-5.sent.12"}, sought([(17, 5)]))
    assert not about({"Nats-Msg-Id": "17-5.sent.12"}, sought([(17, 6)]))


def test_what_does_not_say_whom_it_is_about_has_to_be_read() -> None:
    assert named(["01a1ff5a-c682.3"]) == ""
    for headers in ({}, {"Nats-Msg-Id": "batch.00ff"}, {"Nats-Msg-Id": "01a1ff5a-c682.3"}):
        assert about(headers, sought([(1, 1)]))

"""What is told of an erased person: each of their messages, once, and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.audience.erased_person import MOST_AT_ONCE, ErasedPerson, PersonErased, evolve, tell
from campaigns.domain.shared.ids import CampaignId, TenantId

ERASURE, ACME = UUID(int=7), TenantId("acme")
AT = datetime(2027, 1, 1, tzinfo=UTC)
campaigns = st.integers(1, 3).map(lambda n: CampaignId(UUID(int=n)))
messages = st.dictionaries(campaigns, st.lists(st.integers(1, 30).map(lambda n: f"1-{n}"), unique=True), max_size=3)
Messages = Mapping[CampaignId, list[str]]


def told_of(person: ErasedPerson | None, found: Messages) -> tuple[PersonErased, ...]:
    return tell(ERASURE, ACME, found, person.told if person else frozenset(), at=AT, by="key:1")


def after(person: ErasedPerson | None, events: tuple[PersonErased, ...]) -> ErasedPerson | None:
    for event in events:
        person = evolve(person, event)
    return person


@given(st.lists(messages, max_size=4))
def test_however_often_a_person_is_erased_each_message_is_told_once(looks: list[Messages]) -> None:
    person: ErasedPerson | None = None
    told = list[str]()
    for found in looks:
        events = told_of(person, found)
        person = after(person, events)
        told += [message for event in events for message in event.message_ids]
        assert told_of(person, found) == ()
    known = {message for found in looks for theirs in found.values() for message in theirs}
    assert set(told) == known
    assert person is None or person.told == known


def test_nothing_is_told_of_who_got_no_message() -> None:
    assert told_of(None, {}) == ()


def test_one_event_names_so_many_messages_and_no_more() -> None:
    theirs = [f"{n}-1" for n in range(2 * MOST_AT_ONCE + 1)]
    events = told_of(None, {CampaignId(UUID(int=1)): theirs})
    assert [len(event.message_ids) for event in events] == [MOST_AT_ONCE, MOST_AT_ONCE, 1]
    assert [message for event in events for message in event.message_ids] == theirs
    person = after(None, events)
    assert person is not None
    assert (person.id, person.tenant_id, person.version) == (ERASURE, ACME, 3)

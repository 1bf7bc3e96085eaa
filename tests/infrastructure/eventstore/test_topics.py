"""Stored names, and how events of old schemas are read."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given
from hypothesis import strategies as st
from tests.infrastructure.eventstore.lamps import NOON, TOPICS, LampInstalled, LampSwitched

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.eventstore import Metadata, Recorded, Topics
from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.topics import UnknownTopicError

METADATA = Metadata(tenant_id=TenantId("acme"), principal="p", command_id=UUID(int=7), correlation_id="c")


@given(at=st.datetimes(timezones=st.just(UTC)), room=st.text(), watts=st.integers(-(2**63), 2**63 - 1))
def test_an_event_comes_back_as_it_was_stored(at: datetime, room: str, watts: int) -> None:
    event = LampInstalled(at=at, by="tester", lamp_id=uuid4(), tenant_id="acme", room=room, watts=watts)
    recorded = Recorded(event.lamp_id, 1, NOON, METADATA, event)
    mapper = MsgspecMapper(TOPICS)
    stored = mapper.to_stored_event(recorded)  # type: ignore[arg-type]
    assert (stored.topic, stored.tenant_id, stored.command_id) == ("lamp.installed", "acme", UUID(int=7))
    read = mapper.to_recorded(stored, position=3)
    assert (read.payload, read.metadata, read.position) == (event, METADATA, 3)


def test_an_event_of_the_first_schema_is_led_to_the_present_one() -> None:
    lamp_id = uuid4()
    data = {"at": NOON, "by": "tester", "lamp_id": lamp_id, "tenant_id": "acme", "room": "attic"}
    state = msgspec.json.encode({"at": NOON, "meta": METADATA, "data": data})
    read = MsgspecMapper(TOPICS).to_recorded(StoredEvent(lamp_id, 1, "lamp.installed", state))
    assert read.payload == LampInstalled(
        at=NOON, by="tester", lamp_id=lamp_id, tenant_id="acme", room="attic", watts=60
    )


def test_a_new_event_names_its_schema_so_that_it_is_not_upcast_again() -> None:
    event = LampInstalled(at=NOON, by="tester", lamp_id=uuid4(), tenant_id="acme", room="attic", watts=5)
    stored = MsgspecMapper(TOPICS).to_stored_event(Recorded(event.lamp_id, 1, NOON, METADATA, event))  # type: ignore[arg-type]
    assert msgspec.json.decode(stored.state)["schema"] == 2


def test_names_that_nobody_knows_are_refused_both_ways() -> None:
    with pytest.raises(UnknownTopicError, match="lamp\\.melted"):
        TOPICS.decode("lamp.melted", 1, msgspec.Raw(b"{}"))
    with pytest.raises(UnknownTopicError, match="int"):
        TOPICS.name_of(int)


def test_two_contexts_cannot_use_the_same_stored_name() -> None:
    with pytest.raises(ValueError, match=r"lamp\.switched"):
        Topics.merged(TOPICS, Topics({"lamp.switched": LampSwitched}))


def test_one_event_class_cannot_have_two_names() -> None:
    with pytest.raises(ValueError, match="two names"):
        Topics({"lamp.on": LampSwitched, "lamp.off": LampSwitched})


def test_upcasters_belong_to_names_in_the_table() -> None:
    with pytest.raises(ValueError, match=r"lamp\.melted"):
        Topics({"lamp.switched": LampSwitched}, upcasters={"lamp.melted": (dict,)})

"""The quick way through a large body says what the careful way says, or nothing."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.interfaces.rest.analytics.schemas.feedback import ProviderEvent, ProviderEvents
from campaigns.interfaces.rest.json_body import parse, shaped
from campaigns.interfaces.rest.large_body import read_quickly
from campaigns.interfaces.rest.refusals import MalformedError
from campaigns.interfaces.rest.wire import Body

_EVENT = b'{"message_id":"1-1","type":"opened"}'
_TEXTS = st.text(max_size=8) | st.sampled_from(['":', 'a":"b', "\\", '"', "\x00", "\n", "é", " ", "\ud800"])
_VALUES = _TEXTS | st.none() | st.integers() | st.sampled_from(["opened", "hard", "2027-01-01T00:00:00Z", "1-1"])
_NAMES = st.sampled_from(["message_id", "type", "event_id", "at", "reason", "url", "other"])
_SPACES = st.sampled_from([b"", b" ", b"  ", b"\t"])


def carefully(raw: bytes) -> Any:
    try:
        return shaped(parse(raw), ProviderEvents)
    except MalformedError:
        return None


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Objects as clients with faults write them: fields twice, spaces anywhere, any text."""
    events = []
    for _ in range(draw(st.integers(1, 3))):
        fields = [("message_id", "1-1"), ("type", "opened"), *draw(st.lists(st.tuples(_NAMES, _VALUES), max_size=4))]
        ascii_only = draw(st.booleans())
        written = [
            json.dumps(name).encode()
            + draw(_SPACES)
            + b":"
            + json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
            for name, value in fields
        ]
        events.append(b"{" + b",".join(written) + b"}")
    return b'{"events":[' + b",".join(events) + b"]}"


@given(bodies())
def test_whatever_is_read_quickly_is_what_is_read_carefully(raw: bytes) -> None:
    quickly = read_quickly(raw, ProviderEvents)
    assert quickly is None or quickly == carefully(raw)


def test_a_plain_body_is_read_quickly() -> None:
    events = [
        {"message_id": f"1-{seq}", "type": "opened", "event_id": f"{seq}e7f0000000000000000000", "url": 'a":b'}
        for seq in range(500)
    ]
    raw = json.dumps({"events": events}, separators=(",", ":")).encode()
    assert read_quickly(raw, ProviderEvents) == carefully(raw)
    assert read_quickly(json.dumps({"events": events}).encode(), ProviderEvents) is not None


@pytest.mark.parametrize(
    "event",
    [
        b'{"message_id":"1-1","type":"opened","type":"clicked"}',
        b'{"message_id":"1-1","type":"opened","url":"a\\":b","url":"c"}',
        b'{"message_id":"1-1","type" :"opened","type":"clicked"}',
        b'{"message_id":"1-1","type" :"opened","type":"clicked","reason":"a :b"}',
        b'{"message_id":"1-1","message_id":"1-1","type":"opened"}',
    ],
)
def test_a_field_that_stands_twice_is_left_to_the_careful_way(event: bytes) -> None:
    raw = b'{"events":[' + event + b"]}"
    assert msgspec.json.decode(raw, type=ProviderEvents)
    assert read_quickly(raw, ProviderEvents) is None
    assert carefully(raw) is None


def test_only_what_leaves_out_its_defaults_can_be_counted() -> None:
    for shape in (ProviderEvent, ProviderEvents):
        assert shape.__struct_config__.omit_defaults
    assert read_quickly(b'{"events":[' + _EVENT + b"]}", ProviderEvents) is not None


class Numbered(Body, frozen=True, kw_only=True, omit_defaults=True):
    numbers: tuple[int, ...] = ()


def test_what_holds_numbers_is_left_to_the_careful_way() -> None:
    assert read_quickly(b'{"numbers":[1]}', Numbered) is None

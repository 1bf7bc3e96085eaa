"""What a JSON body may hold, field by field."""

import json
from datetime import datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.interfaces.rest.test_problems import assert_problem

from campaigns.interfaces.rest.json_body import MAX_DEPTH, parse
from campaigns.interfaces.rest.refusals import MalformedError

JSON = {"content-type": "application/json"}
NAUGHTY: dict[str, tuple[bytes, str]] = {
    "a text with NUL": (b'{"name": "a\\u0000b"}', "/name"),
    "a field name with NUL": (b'{"name": "a", "labels": {"a\\u0000": "b"}}', "/labels/a\\u0000"),
    "half a surrogate pair": (b'{"name": "\\ud800"}', ""),
    "an integer of 65 bits": (b'{"name": "a", "size": 18446744073709551616}', "/size"),
    "a negative integer of 65 bits": (b'{"name": "a", "place": {"number": -9223372036854775809}}', "/place/number"),
    "an integer of 5,000 digits": (b'{"name": "a", "size": ' + b"9" * 5_000 + b"}", "/size"),
    "an infinite number": (b'{"name": "a", "size": 1e999}', "/size"),
    "not a number": (b'{"name": NaN}', ""),
    "a naive instant": (b'{"name": "a", "place": {"number": 1, "since": "2027-01-01T09:00:00"}}', "/place/since"),
    "a field twice": (b'{"name": "a", "name": "b"}', "/name"),
    "an unknown field": (b'{"name": "a", "nmae": "b"}', "/nmae"),
    "a missing field": (b'{"size": 1}', "/name"),
    "a text for a number": (b'{"name": "a", "size": "1"}', "/size"),
    "a number for a text": (b'{"name": 1}', "/name"),
    "null for a text": (b'{"name": null}', "/name"),
    "an empty name": (b'{"name": ""}', "/name"),
    "a long name": (b'{"name": "' + b"x" * 256 + b'"}', "/name"),
    "a list instead of an object": (b"[]", ""),
    "no body": (b"", ""),
    "half a body": (b'{"name": "a"', ""),
    "two bodies": (b'{"name": "a"} {"name": "b"}', ""),
    "bytes that are no UTF-8": (b'{"name": "\xff"}', ""),
    "an encoded surrogate": (b'{"name": "\xed\xa0\x80"}', ""),
    "UTF-16": ('{"name": "a"}'.encode("utf-16"), ""),
}


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_malformed_body_is_refused_and_its_field_is_named(admin: httpx.Client, name: str) -> None:
    body, pointer = NAUGHTY[name]
    problem = assert_problem(admin.post("/api/v1/errands", content=body, headers=JSON), 400, "request.malformed")
    assert pointer in [error["pointer"] for error in problem["errors"]] or (not pointer and not problem["errors"])


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"name": [', b'[{"a":['])
def test_a_body_of_any_depth_is_refused_in_time(admin: httpx.Client, opening: bytes) -> None:
    response = admin.post("/api/v1/errands", content=opening * 100_000, headers=JSON)
    assert "nested more than 64 levels" in assert_problem(response, 400, "request.malformed")["detail"]


def test_every_field_that_does_not_fit_is_listed(admin: httpx.Client) -> None:
    body = {"name": "", "size": -1, "place": {"number": "1", "since": "yesterday"}, "other": 1}
    problem = assert_problem(admin.post("/api/v1/errands", json=body), 400, "request.malformed")
    assert {error["pointer"] for error in problem["errors"]} == {
        "/name", "/size", "/place/number", "/place/since", "/other",
    }  # fmt: skip


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
def test_a_body_of_another_type_is_not_read(admin: httpx.Client, media_type: str | None) -> None:
    headers = {"content-type": media_type} if media_type else {}
    response = admin.post("/api/v1/errands", content=b'{"name": "a"}', headers=headers)
    assert_problem(response, 415, "request.unsupported_media_type")


def test_json_types_with_a_suffix_or_a_charset_are_read(admin: httpx.Client) -> None:
    for media_type in ("application/json; charset=utf-8", "application/merge-patch+json", "Application/JSON"):
        response = admin.post("/api/v1/errands", content=b'{"name": "a"}', headers={"content-type": media_type})
        assert response.status_code == 201


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large_is_refused(admin: httpx.Client, *, announced: bool) -> None:
    body = b'{"name": "' + b"x" * 10_000_001 + b'"}'
    content = body if announced else iter([body[:5_000_000], body[5_000_000:]])
    assert_problem(admin.post("/api/v1/errands", content=content, headers=JSON), 413, "request.too_large")


def test_values_at_the_edge_of_what_fits_are_taken(admin: httpx.Client) -> None:
    place = {"number": -(2**63), "since": "2027-01-01T09:00:00.123456+05:30"}
    response = admin.post("/api/v1/errands", json={"name": "x" * 255, "size": 2**53 - 1, "place": place})
    assert response.status_code == 201, response.text


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(_VALUES, st.booleans())
def test_whatever_a_client_may_say_is_read_as_it_was_said(value: Any, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        parse(raw)
    except MalformedError:
        return
    json.loads(raw)


@given(st.integers(1, 2 * MAX_DEPTH), st.sampled_from(["[]", '{"a":}']))
def test_depth_is_counted_exactly(depth: int, brackets: str) -> None:
    opening, closing = brackets[:-1], brackets[-1]
    raw = (opening * depth + ("1" if ":" in opening else "") + closing * depth).encode()
    if depth <= MAX_DEPTH:
        parse(raw)
    else:
        with pytest.raises(MalformedError):
            parse(raw)


@given(st.datetimes())
def test_a_naive_instant_is_never_taken(at: datetime) -> None:
    from tests.support.rest_shell import Place  # noqa: PLC0415

    from campaigns.interfaces.rest.json_body import shaped  # noqa: PLC0415

    with pytest.raises(MalformedError) as refused:
        shaped({"number": 1, "since": at.isoformat()}, Place)
    assert [violation.pointer for violation in refused.value.violations] == ["/since"]

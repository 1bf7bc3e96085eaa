"""Bad input on every route that takes a body: a problem document each time, and never a fault of ours."""

import uuid
from typing import Any

import httpx
import pytest
from tests.interfaces.rest.conftest import Target

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "errors", "correlation_id"}
JSON = "application/json"
WHOLE_BODIES: dict[str, tuple[bytes, str]] = {
    "100,000 lists deep": (b"[" * 100_000, JSON),
    "100,000 objects deep": (b'{"a":' * 100_000, JSON),
    "nothing": (b"", JSON),
    "null": (b"null", JSON),
    "a list": (b"[1]", JSON),
    "a number": (b"1e999", JSON),
    "half of it": (b'{"name": "a"', JSON),
    "no JSON": (b"<a/>", JSON),
    "no UTF-8": (b'{"name": "\xff\xfe"}', JSON),
    "an encoded surrogate": (b'{"name": "\xed\xa0\x80"}', JSON),
    "half a surrogate pair": (b'{"name": "\\ud800"}', JSON),
    "a field twice": (b'{"name": "a", "name": "b"}', JSON),
    "an unknown field": (b'{"never_heard_of": 1}', JSON),
    "NUL in a name": (b'{"a\\u0000b": 1}', JSON),
    "plain text": (b'{"name": "a"}', "text/plain"),
    "a form": (b"name=a", "application/x-www-form-urlencoded"),
    "a broken multipart": (b"--x\r\nno headers", "multipart/form-data; boundary=x"),
    "a multipart without boundary": (b"--x\r\n", "multipart/form-data"),
    "too large": (b'{"name": "' + b"x" * 20_000_001 + b'"}', JSON),
}
VALUES: dict[str, Any] = {
    "NUL": "a\x00b",
    "64 bits and one": 2**64,
    "below 64 bits": -(2**63) - 1,
    "a huge number": 10**300,
    "minus one": -1,
    "a naive instant": "2027-01-01T09:00:00",
    "no uuid": "not-a-uuid",
    "a long text": "x" * 100_000,
    "right to left": "\u202e\ufeff\U0001f4a9",
    "an injection": "'; drop table events; --",
    "null": None,
    "true": True,
    "a list": [[[]]],
    "an object": {"$ref": "#/"},
    "half a decimal": "1.",
    "not finite": "NaN",
}


@pytest.fixture(scope="module")
def bodies(target: Target) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, address (with ids nobody has) and an example of every route that takes JSON."""
    document = target.client.get("/schema/openapi.json").json()
    found = []
    for path, item in document["paths"].items():
        for method in {"post", "put", "patch"} & item.keys():
            media = item[method].get("requestBody", {}).get("content", {})
            example = media.get(JSON, {}).get("example")
            found.append((method, filled(path), example if isinstance(example, dict) else {}))
    assert len(found) > 3
    return found


def filled(path: str) -> str:
    parts = (str(uuid.uuid4()) if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def assert_refused_or_done(response: httpx.Response, what: str) -> None:
    assert response.status_code < 500 or response.status_code == 503, f"{what}: {response.status_code} {response.text}"
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json", what
        assert set(response.json()) == MEMBERS, what
        assert response.json()["status"] == response.status_code


@pytest.mark.parametrize("name", WHOLE_BODIES)
def test_no_body_makes_a_fault(target: Target, bodies: list[tuple[str, str, dict]], name: str) -> None:
    content, media_type = WHOLE_BODIES[name]
    for method, address, _ in bodies:
        response = target.client.request(method, address, content=content, headers={"content-type": media_type})
        assert_refused_or_done(response, f"{method} {address} with {name}")


@pytest.mark.parametrize("name", VALUES)
def test_no_value_of_any_field_makes_a_fault(target: Target, bodies: list[tuple[str, str, dict]], name: str) -> None:
    for method, address, example in bodies:
        for field in example:
            response = target.client.request(method, address, json={**example, field: VALUES[name]})
            assert_refused_or_done(response, f"{method} {address} with {field} = {name}")
            unproven = 403 if "/feedback/" in address else 400  # who cannot prove to be the provider is not listened to
            assert name != "NUL" or response.status_code in {400, 404, 415, unproven}, f"{method} {address} took a NUL"


@pytest.mark.parametrize("part", ["%00", "%ff", "..%2f", "a" * 5_000, "%f0%9f%92%a9", "-", "0", "{id}"])
def test_no_address_makes_a_fault(target: Target, bodies: list[tuple[str, str, dict]], part: str) -> None:
    for method, address, example in bodies:
        spoiled = address.rpartition("/")[0] + "/" + part
        assert_refused_or_done(target.client.request(method, spoiled, json=example), f"{method} {spoiled}")
        assert_refused_or_done(target.client.get(f"{address}?q={part}&limit={part}"), f"get {address}")

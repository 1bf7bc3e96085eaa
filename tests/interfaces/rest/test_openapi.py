"""The OpenAPI document says what is true."""

from typing import Any

import httpx
import jsonschema
import pytest
from openapi_spec_validator import validate
from tests.support.rest_shell import ServedShell

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(shell: ServedShell) -> dict[str, Any]:
    with shell.client() as client:
        return client.get("/schema/openapi.json").json()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method]) for path, item in document["paths"].items() for method in METHODS & item.keys()
    ]


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_every_error_is_a_problem_document(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400 and not path.startswith("/health"):
                assert response == {"$ref": f"#/components/responses/Problem{status}"}, f"{method} {path} {status}"


def test_every_guarded_route_says_so(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if path.startswith("/api/"):
            assert all(operation.get("security", ["none needed"])), f"{method} {path} is open"
            if "x-proven-by" in operation:
                assert {"403", "413", "503"} <= operation["responses"].keys(), f"{method} {path}"
                continue
            assert operation["x-required-scope"]
            assert {"401", "403", "429", "503"} <= operation["responses"].keys(), f"{method} {path}"
            told = [given for given in operation["responses"].values() if "$ref" not in given]
            assert all({"RateLimit", "RateLimit-Policy"} <= given["headers"].keys() for given in told), path
        else:
            assert operation["security"] == []


def test_every_unsafe_route_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if method in {"post", "put", "patch"} and "x-proven-by" not in operation:
            assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"], f"{method} {path}"


def test_every_example_is_valid_for_its_schema(document: dict[str, Any]) -> None:
    seen = 0
    for path, method, operation in operations(document):
        for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
            if media_type == "application/json":
                seen += 1
                schema = {**media["schema"], "components": document["components"]}
                validator = jsonschema.Draft202012Validator(schema)
                problems = [error.message for error in validator.iter_errors(media["example"])]
                assert problems == [], f"{method} {path}: {media['example']}"
    assert seen >= 4


def test_request_bodies_are_described_as_strictly_as_they_are_read(document: dict[str, Any]) -> None:
    errand = document["components"]["schemas"]["Errand"]
    assert errand["additionalProperties"] is False
    assert errand["properties"]["size"] == {"type": "integer", "minimum": 0, "maximum": 2**53 - 1, "default": 0}
    assert errand["required"] == ["name"]


def test_every_platform_example_works(admin: httpx.Client, document: dict[str, Any]) -> None:
    for path in ("/api/v1/tenants", "/api/v1/api-keys"):
        example = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"]
        assert admin.post(path, json=example).status_code == 201

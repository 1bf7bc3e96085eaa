"""Every route of the service, looked at one by one."""

import inspect
from collections.abc import Iterator
from typing import Annotated, get_args, get_origin

import pytest
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta
from tests.support.rest_shell import Shell

from campaigns.application.shared.context import Scope
from campaigns.interfaces.rest.app import create_app
from campaigns.interfaces.rest.guards import needs

UNREACHABLE = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"
PUBLIC_PREFIXES = ("/health", "/metrics", "/docs", "/schema", "/asyncapi.yaml")


def handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if set(handler.http_methods) != {"OPTIONS"}:
                yield route.path, handler


@pytest.fixture(scope="module")
def app() -> Litestar:
    """Nothing is opened: making the application touches no server."""
    return create_app(Shell(UNREACHABLE))


def test_every_route_names_its_scope_and_only_operations_are_public(app: Litestar) -> None:
    seen = 0
    for path, handler in handlers(app):
        seen += 1
        if handler.opt.get("public"):
            proven = "proven_by" in handler.opt and path.startswith("/api/v1/feedback/")
            assert proven or path.startswith(PUBLIC_PREFIXES), f"{path} is public"
        else:
            assert isinstance(handler.opt.get("scope"), Scope), f"{handler} at {path} names no scope"
    assert seen > 10


def unbounded(handler: HTTPRouteHandler) -> list[str]:
    """Parameters with a `Meta`, which the framework passes over."""
    signature = inspect.signature(handler.fn)
    return [name for name, parameter in signature.parameters.items() if _has_meta(parameter.annotation)]


def _has_meta(annotation: object) -> bool:
    if get_origin(annotation) is Annotated and any(isinstance(extra, Meta) for extra in annotation.__metadata__):
        return True
    return get_origin(annotation) is not None and any(
        _has_meta(inner) for inner in get_args(annotation) if inner is not annotation and not _is_body(inner)
    )


def _is_body(annotation: object) -> bool:
    return isinstance(annotation, type)


def test_no_parameter_is_bounded_by_what_the_framework_ignores(app: Litestar) -> None:
    for path, handler in handlers(app):
        assert unbounded(handler) == [], f"{handler} at {path}"


def test_the_look_at_parameters_finds_a_planted_one() -> None:
    @get("/planted", opt=needs(Scope.READ))
    async def planted(limit: Annotated[int, Meta(ge=1)] = 1) -> None: ...

    assert unbounded(planted) == ["limit"]


def test_every_number_in_a_query_has_bounds(app: Litestar) -> None:
    document = app.openapi_schema.to_schema()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for parameter in operation.get("parameters", []) if isinstance(operation, dict) else []:
                schema = parameter.get("schema", {})
                if schema.get("type") == "integer":
                    assert {"minimum", "maximum"} <= schema.keys(), f"{method} {path} {parameter['name']}"


def test_operation_ids_are_unique(app: Litestar) -> None:
    document = app.openapi_schema.to_schema()
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()
           if isinstance(operation, dict) and "operationId" in operation]  # fmt: skip
    assert len(ids) == len(set(ids))


def test_no_request_waits_for_a_task_or_a_copy_of_its_own(app: Litestar) -> None:
    """A guard of the framework's copies the handler, dependencies side by side go through tasks."""
    assert [path for path, handler in handlers(app) if handler.resolve_guards()] == []
    batches = [
        batch
        for route in app.routes
        for _, model in getattr(route, "route_handler_map", {}).values()
        for batch in model.dependency_batches
    ]
    assert {len(batch) for batch in batches} == {1}

"""The OpenAPI document: the framework's description, completed with what really happens on every route."""

import re
from collections.abc import Iterator
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import Components, SecurityScheme

from campaigns.interfaces.rest import versions
from campaigns.interfaces.rest.admission import ALWAYS_IN
from campaigns.interfaces.rest.described_types import describe_types
from campaigns.interfaces.rest.examples import example_of
from campaigns.interfaces.rest.guards import SIGNATURE
from campaigns.interfaces.rest.problem_schema import PROBLEM, RATE_LIMIT_HEADERS, RATE_LIMITS, TITLES, problem_responses
from campaigns.interfaces.rest.problems import PROBLEM_TYPE
from campaigns.interfaces.rest.request_examples import REQUESTS

Json = dict[str, Any]
_JSON = "application/json"
_CAPITALS = re.compile("([A-Z])")
METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_UNSAFE = frozenset({"post", "put", "patch"})
_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "description": "Names this request: asked again with the same key and body, it has its effect once and the first "
    "answer is told again, marked `Idempotent-Replayed: true`. Kept for 24 hours.",
}
COMPONENTS = Components(
    security_schemes={
        "bearer": SecurityScheme(type="http", scheme="bearer", description="An API key: `ck_<id>_<secret>`"),
        "api_key": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header"),
        "signature": SecurityScheme(type="apiKey", name=SIGNATURE, security_scheme_in="header"),
    }
)
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"api_key": []}]


def openapi_document(app: Litestar) -> Json:
    """The same document that /schema/openapi.json serves."""
    return completed(app, app.openapi_schema.to_schema())


def completed(app: Litestar, document: Json) -> Json:
    """The document with problems, headers, scopes and examples; changes and returns what it was given."""
    components = document["components"]
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["responses"] = problem_responses()
    components["headers"] = RATE_LIMITS
    components["parameters"] = {"IdempotencyKey": _IDEMPOTENCY_KEY}
    handlers = dict(_handlers(app))
    describe_types(document, handlers)
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            for parameter in item[method].get("parameters", ()):
                _tidy(parameter)
            _complete(item[method], method, path, handlers[path, method])
            _give_example(item[method], components["schemas"])
    return document


def _handlers(app: Litestar) -> Iterator[tuple[tuple[str, str], HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                yield from (((route.path_format, method.lower()), handler) for method in handler.http_methods)


def _tidy(parameter: Json) -> None:
    parameter["schema"] = _never_null(parameter.get("schema", {}))
    if parameter["name"] == "If-Match":
        parameter["schema"]["pattern"] = versions.WRITTEN


def _complete(operation: Json, method: str, path: str, handler: HTTPRouteHandler) -> None:
    public = bool(handler.opt.get("public"))
    operation["summary"] = _CAPITALS.sub(r" \1", operation["operationId"]).strip().capitalize()
    if public:
        operation["security"] = []
        if "proven_by" in handler.opt:
            operation["x-proven-by"] = handler.opt["proven_by"]
            operation["responses"]["403"] = {}
    else:
        if "signed_by" in handler.opt:
            operation["security"] = [*SECURITY, {"signature": []}]
        operation["x-required-scope"] = handler.opt.get("scope", "nobody has it")
        if method in _UNSAFE:
            operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
    declared = {int(status) for status in operation["responses"] if status.isdigit()}
    for status in sorted(_possible(operation, method, path, public=public) | (declared & TITLES.keys())):
        if not _has_own_body(operation["responses"].get(str(status))):
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if not public:
        _tell_rate_limits(operation["responses"])


def _tell_rate_limits(responses: Json) -> None:
    for response in responses.values():
        if "$ref" not in response:
            response.setdefault("headers", {}).update(RATE_LIMIT_HEADERS)


def _never_null(schema: Json) -> Json:
    """A parameter may be left out; it cannot be null, whatever the framework says of optional ones."""
    choices = [choice for choice in schema.get("oneOf", ()) if choice.get("type") != "null"]
    if len(choices) != 1:
        return schema
    return {**choices[0], **{name: value for name, value in schema.items() if name != "oneOf"}}


def _has_own_body(response: Json | None) -> bool:
    """Whether a route said itself what it answers with this status; the framework's own error body is not that."""
    content = (response or {}).get("content", {}).values()
    return any("status_code" not in media.get("schema", {}).get("properties", {}) for media in content)


def _possible(operation: Json, method: str, path: str, *, public: bool) -> set[int]:
    statuses = {400} if operation.get("parameters") or "requestBody" in operation or "{" in path else set()
    statuses |= set() if public else {400, 401, 403, 429}
    statuses |= set() if path.startswith(ALWAYS_IN) else {503}
    statuses |= {404} if "{" in path else set()
    statuses |= {404, 409, 413, 422} if method in _UNSAFE else set()
    statuses |= {422} if any(parameter.get("in") == "query" for parameter in operation.get("parameters", ())) else set()
    statuses |= {415} if "requestBody" in operation else set()
    statuses |= {404, 409, 422} if method == "delete" else set()
    names = {parameter.get("name", "").lower() for parameter in operation.get("parameters", ())}
    return statuses | ({412} if "if-match" in names else set())


def _give_example(operation: Json, schemas: Json) -> None:
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        if media_type == PROBLEM_TYPE or {"example", "examples"} & media.keys():
            continue
        if media_type == _JSON and operation["operationId"] in REQUESTS:
            media["example"] = REQUESTS[operation["operationId"]]
        else:
            media["example"] = example_of(media.get("schema", {}), schemas)

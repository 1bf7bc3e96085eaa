"""How problem documents are described to those who generate clients."""

from typing import Any

from campaigns.interfaces.rest.problems import PROBLEM_TYPE

_TEXT = {"type": "string"}
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "What went wrong (RFC 9457). `code` is stable and meant for programs, `detail` for people.",
    "required": ["type", "title", "status", "detail", "instance", "code", "errors", "correlation_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string", "pattern": r"^[a-z_]+\.[a-z_]+$"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "message"],
                "properties": {"pointer": _TEXT, "message": _TEXT},
            },
        },
        "correlation_id": _TEXT,
    },
}
TITLES = {
    400: "The request is malformed: a field, parameter or header has the wrong shape",
    401: "Credentials are missing or not valid",
    403: "The caller lacks the scope",
    404: "There is no such thing, or it is another tenant's",
    409: "The present state, a taken name or a concurrent change forbids it",
    412: "The version named by If-Match is not the present one",
    413: "The body is too large",
    415: "The content type is not read here",
    422: "Rules are broken; all of them are listed",
    429: "The principal's quota of requests is used up",
    503: "A dependency does not answer, and is named; or more is asked than can be answered (`server.overloaded`)",
}
RATE_LIMITS = {
    "RateLimit-Policy": {
        "description": "The principal's quota: `q` requests in `w` seconds (draft-ietf-httpapi-ratelimit-headers)",
        "schema": {"type": "string"},
        "example": '"requests";q=60000;w=60',
    },
    "RateLimit": {
        "description": "What is left of it: `r` requests; all of it again in `t` seconds",
        "schema": {"type": "string"},
        "example": '"requests";r=59999;t=1',
    },
}
RATE_LIMIT_HEADERS = {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_LIMITS}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "string"}}}


def problem_responses() -> dict[str, Any]:
    """One reusable response for each status."""
    return {f"Problem{status}": _response(status, title) for status, title in TITLES.items()}


def _response(status: int, title: str) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": title,
        "content": {
            PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": _example(status, title)}
        },
    }
    headers = {503: _RETRY_AFTER, 429: {**_RETRY_AFTER, **RATE_LIMIT_HEADERS}}
    return {**response, "headers": headers[status]} if status in headers else response


def _example(status: int, title: str) -> dict[str, Any]:
    return {
        "type": "urn:campaigns:problem:request.malformed",
        "title": title,
        "status": status,
        "detail": "Fields of the body do not fit",
        "instance": "/api/v1/campaigns",
        "code": "request.malformed",
        "errors": [{"pointer": "/name", "message": "is missing"}],
        "correlation_id": "0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f60",
    }

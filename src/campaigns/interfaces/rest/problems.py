"""Every error as RFC 9457 `application/problem+json`: one table from error class to status, one shape for all."""

import errno
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from campaigns.application.shared.errors import (
    ConflictError,
    DependencyDownError,
    NotAllowedError,
    StaleVersionError,
)
from campaigns.domain.shared.errors import (
    DomainError,
    InvalidError,
    LimitError,
    NotFoundError,
    RefusedError,
    Violation,
)
from campaigns.interfaces.rest.framework_refusals import detail_of, headers_of, unread_form, violations_of
from campaigns.interfaces.rest.refusals import EdgeError

AnyRequest = Request[Any, Any, Any]
PROBLEM_TYPE = "application/problem+json"
_log = structlog.get_logger("campaigns.rest")


class ProblemError(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One broken rule: a JSON pointer into the body, or the name of a parameter; and what the rule says."""

    pointer: str
    message: str


class Problem(Struct, frozen=True, kw_only=True, rename={"kind": "type"}):
    """What went wrong (RFC 9457). `code` is stable and meant for programs; `detail` is meant for people."""

    kind: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: tuple[ProblemError, ...]
    correlation_id: str


STATUS_OF_REFUSALS: dict[type[Exception], tuple[int, str]] = {
    NotFoundError: (404, "There is no such thing"),
    InvalidError: (422, "Rules are broken"),
    RefusedError: (409, "The present state does not allow this"),
    LimitError: (422, "A limit would be exceeded"),
    DomainError: (422, "This was refused"),
    StaleVersionError: (412, "The version is not the present one"),
    ConflictError: (409, "Somebody else changed this at the same time"),
    NotAllowedError: (403, "This is not allowed"),
}
"""The class of a refusal (its own, else its nearest base) decides the status; its `code` is its own."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_CODES_BY_STATUS = {
    400: "request.malformed",
    401: "request.unauthenticated",
    403: "request.forbidden",
    404: "request.no_such_route",
    405: "request.method_not_allowed",
    413: "request.too_large",
    415: "request.unsupported_media_type",
    429: "request.rate_limited",
}


def problem_response(
    request: AnyRequest,
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    violations: tuple[Violation, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response[Problem]:
    """The one place where a problem document is made."""
    problem = Problem(
        kind=f"urn:campaigns:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        instance=quote(request.scope["path"]),
        code=code,
        errors=tuple(ProblemError(pointer=broken.pointer, message=broken.message) for broken in violations),
        correlation_id=correlation_of(request),
    )
    return Response(problem, status_code=status, media_type=PROBLEM_TYPE, headers=headers or {})


def correlation_of(request: AnyRequest) -> str:
    """The correlation id of this request, as the outermost layer set it."""
    found = request.scope.get("correlation_id")
    return found if isinstance(found, str) else str(uuid4())


def _edge(request: AnyRequest, error: EdgeError) -> Response[Problem]:
    return problem_response(
        request,
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        violations=error.violations,
        headers=error.headers,
    )


def _refusal(request: AnyRequest, error: Exception) -> Response[Problem]:
    status, title = next(
        STATUS_OF_REFUSALS[ancestor] for ancestor in type(error).__mro__ if ancestor in STATUS_OF_REFUSALS
    )
    return problem_response(
        request,
        status=status,
        code=getattr(error, "code", "request.malformed"),
        title=title,
        detail=str(error) or title,
        violations=getattr(error, "violations", ()),
    )


def _dependency_down(request: AnyRequest, error: DependencyDownError) -> Response[Problem]:
    """Names the dependency and keeps the rest for the log: addresses and users are nobody's business."""
    _log.warning("request.dependency_down", dependency=error.name, detail=error.detail, path=request.scope["path"])
    return problem_response(
        request,
        status=503,
        code=error.code,
        title="A service that is needed does not answer",
        detail=f"{error.name} {error.says}; ask again in {error.retry_after} s",
        headers={"Retry-After": str(error.retry_after)},
    )


def _framework(request: AnyRequest, error: HTTPException) -> Response[Problem]:
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unexpected(request, error)
    if (refusal := unread_form(request, error)) is not None:
        return _edge(request, refusal)
    return problem_response(
        request,
        status=error.status_code,
        code=_CODES_BY_STATUS.get(error.status_code, "request.malformed"),
        title=HTTPStatus(error.status_code).phrase,
        detail=detail_of(request, error),
        violations=violations_of(error),
        headers=headers_of(error),
    )


def _unexpected(request: AnyRequest, error: Exception) -> Response[Problem]:
    _log.error("request.failed", path=request.scope["path"], method=request.scope["method"], exc_info=error)
    return problem_response(
        request,
        status=500,
        code="server.unexpected",
        title="Something went wrong on our side",
        detail="The error was logged; name the correlation id when you report it",
    )


def _system(request: AnyRequest, error: OSError) -> Response[Problem]:
    """A disk without room is a dependency like others; anything else of the system's is a fault of ours."""
    if error.errno not in _NO_ROOM:
        return _unexpected(request, error)
    return _dependency_down(request, DependencyDownError("the disk", str(error), retry_after=30, says="is full"))


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    OSError: _system,
    EdgeError: _edge,
    HTTPException: _framework,
    Exception: _unexpected,
    DependencyDownError: _dependency_down,
    **dict.fromkeys(STATUS_OF_REFUSALS, _refusal),
}

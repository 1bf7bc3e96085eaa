"""What the framework refuses by itself, in our words."""

from http import HTTPStatus
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException, ValidationException

from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.misfits import misfit
from campaigns.interfaces.rest.head import with_head
from campaigns.interfaces.rest.refusals import EdgeError, MalformedError, UnsupportedMediaTypeError

_FORM = "multipart/form-data"
_NO_FORM = frozenset({f"Invalid {_FORM}", f"Unexpected eof in {_FORM}"})
_NO_BODY = "'data'"


def unread_form(request: Request[Any, Any, Any], error: HTTPException) -> EdgeError | None:
    """The refusal of an upload that is none; None for other errors."""
    if error.detail not in _NO_FORM:
        return None
    sent = request.content_type[0]
    if sent.lower() != _FORM:
        return UnsupportedMediaTypeError(f"The body must be {_FORM}; the content type was {sent or 'none'}")
    return MalformedError("The body cannot be read", (Violation("", f"must be {_FORM}, complete"),))


def detail_of(request: Request[Any, Any, Any], error: HTTPException) -> str:
    if isinstance(error, ValidationException):
        return "A parameter or field has the wrong shape"
    if error.status_code == HTTPStatus.NOT_FOUND:
        return f"There is nothing at {request.scope['path']}"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{request.scope['method']} is not answered here; allowed: {headers_of(error).get('allow', 'nothing')}"
    return error.detail or HTTPStatus(error.status_code).phrase


def violations_of(error: HTTPException) -> tuple[Violation, ...]:
    if not isinstance(error, ValidationException):
        return ()
    if not isinstance(error.extra, list):
        return (Violation("", error.detail),)
    return tuple(_violation(found) for found in error.extra if isinstance(found, dict))


def headers_of(error: HTTPException) -> dict[str, str]:
    told = {name.lower(): value for name, value in (error.headers or {}).items() if name.lower() != "content-type"}
    return told | {"allow": with_head(told["allow"])} if "allow" in told else told


def _violation(found: dict[str, str]) -> Violation:
    name, message = found.get("key", ""), found.get("message", "")
    if name != "data":
        return Violation(f"/{name}", misfit(message).message)
    return Violation("", "a JSON body is needed") if message == _NO_BODY else misfit(message)

"""Serving the OpenAPI document."""

from importlib.metadata import version
from typing import Any

import msgspec
from litestar import Request, Router
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin

from campaigns.interfaces.rest.guards import PUBLIC
from campaigns.interfaces.rest.openapi import COMPONENTS, SECURITY, completed

_ABOUT = """Campaigns: defined, launched, delivered and accounted for, person by person.

Errors are RFC 9457 problem documents. Every POST, PUT and PATCH takes an `Idempotency-Key`; versions travel as `ETag`
and `If-Match`. A GET by id after a command shows its effect; a list shows it within a second. HEAD answers as GET does,
without the body."""


class CompletedDocument(OpenAPIRenderPlugin):
    """Completes the framework's document once and keeps it as bytes."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type="application/json")  # type: ignore[arg-type]
        self._rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._rendered is None:
            self._rendered = msgspec.json.encode(completed(request.app, openapi_schema))
        return self._rendered


def described() -> OpenAPIConfig:
    """How the application describes itself at /schema/openapi.json."""
    return OpenAPIConfig(
        title="Campaigns",
        version=version("campaigns"),
        description=_ABOUT,
        components=COMPONENTS,
        security=SECURITY,
        use_handler_docstrings=True,
        render_plugins=[CompletedDocument()],
        openapi_router=Router(
            "/schema", route_handlers=[], include_in_schema=False, opt=PUBLIC, before_request=_only_the_document
        ),
    )


async def _only_the_document(request: Request[Any, Any, Any]) -> None:
    """The framework answers other paths beside it with pages of its own."""
    if not request.scope["path"].endswith("/openapi.json"):
        raise NotFoundException

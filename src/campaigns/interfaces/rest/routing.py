"""Every route of the service, by context. To add a context: import its handlers and add a line."""

from collections.abc import Mapping, Sequence

from litestar.types import ControllerRouterHandler

API = "/api/v1"

ROUTES: Mapping[str, Sequence[ControllerRouterHandler]] = {}
"""Handlers and controllers by context; their paths stand under /api/v1."""

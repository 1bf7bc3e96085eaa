"""Who a provider is that proves itself by a signature."""

from typing import Any
from uuid import uuid4

from litestar import Request

from campaigns.application.shared.context import Caller
from campaigns.domain.platform.tenants import OPERATOR


def provider_caller(request: Request[Any, Any, Any], provider: str) -> Caller:
    """Without any right, and the installation's own: whose mails a post is about, only its events tell."""
    return Caller(
        tenant_id=OPERATOR,
        principal=f"provider:{provider}",
        scopes=frozenset(),
        command_id=uuid4(),
        correlation_id=str(request.scope["correlation_id"]),  # type: ignore[typeddict-item]
    )

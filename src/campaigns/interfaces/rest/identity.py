"""Naming the sender of each request, and the intention behind it."""

from litestar.connection import ASGIConnection
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from campaigns.application.platform.ports import Authenticator, Credentials
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Ids
from campaigns.interfaces.rest.problems import AnyRequest
from campaigns.interfaces.rest.refusals import UnauthenticatedError


class Authentication(ASGIMiddleware):
    """Sets the caller of every request that shows valid credentials; the guard decides what it may do."""

    def __init__(self, authenticator: Authenticator, ids: Ids) -> None:
        self._authenticator = authenticator
        self._ids = ids

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["route_handler"].opt.get("public"):
            await next_app(scope, receive, send)
            return
        principal = await self._authenticator.authenticate(_credentials(scope))
        if principal is not None:
            caller = Caller(
                tenant_id=principal.tenant_id,
                principal=principal.name,
                scopes=principal.scopes,
                command_id=self._ids.new(),
                correlation_id=scope["correlation_id"],  # type: ignore[typeddict-item]
            )
            scope["caller"] = caller  # type: ignore[typeddict-unknown-key]
        await next_app(scope, receive, send)


async def caller_of(request: AnyRequest) -> Caller:
    """Dependency `caller`: who asks, and under which command id."""
    caller = request.scope.get("caller")
    if not isinstance(caller, Caller):
        raise UnauthenticatedError("Credentials are needed")
    return caller


def _credentials(scope: Scope) -> Credentials:
    headers = ASGIConnection(scope).headers
    client = scope.get("client")
    return Credentials(
        authorization=headers.get("authorization"),
        api_key=headers.get("x-api-key"),
        origin=headers.get("origin"),
        host=headers.get("host"),
        peer=client[0] if client else None,
    )

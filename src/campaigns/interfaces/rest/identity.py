"""Naming the sender of each request, and the intention behind it."""

from litestar.types import Scope

from campaigns.application.platform.ports import Authenticator, Credentials
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Ids
from campaigns.interfaces.rest.problems import AnyRequest
from campaigns.interfaces.rest.refusals import UnauthenticatedError
from campaigns.interfaces.rest.sent_headers import SentHeaders, text_of


class Authentication:
    """Sets the caller of every request that shows valid credentials; the guard decides what it may do."""

    def __init__(self, authenticator: Authenticator, ids: Ids) -> None:
        self._authenticator = authenticator
        self._ids = ids

    async def name_caller(self, scope: Scope, headers: SentHeaders) -> None:
        if scope["route_handler"].opt.get("public"):
            return
        principal = await self._authenticator.authenticate(_credentials(scope, headers))
        if principal is not None:
            caller = Caller(
                tenant_id=principal.tenant_id,
                principal=principal.name,
                scopes=principal.scopes,
                command_id=self._ids.new(),
                correlation_id=scope["correlation_id"],  # type: ignore[typeddict-item]
            )
            scope["caller"] = caller  # type: ignore[typeddict-unknown-key]


async def caller_of(request: AnyRequest) -> Caller:
    """Dependency `caller`: who asks, and under which command id."""
    return caller_in(request.scope)


def caller_in(scope: Scope) -> Caller:
    caller = scope.get("caller")
    if not isinstance(caller, Caller):
        raise UnauthenticatedError("Credentials are needed")
    return caller


def _credentials(scope: Scope, headers: SentHeaders) -> Credentials:
    client = scope.get("client")
    return Credentials(
        authorization=text_of(headers, b"authorization"),
        api_key=text_of(headers, b"x-api-key"),
        origin=text_of(headers, b"origin"),
        host=text_of(headers, b"host"),
        peer=client[0] if client else None,
    )

"""Who may call a route. Each route names its scope; one that names none is closed."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from campaigns.application.shared.context import Caller, Scope
from campaigns.interfaces.rest.refusals import ForbiddenError, UnauthenticatedError

Options = dict[str, Any]
PUBLIC: Options = {"public": True}
"""`@get(opt=PUBLIC)`: anybody may call it, without credentials."""


SIGNATURE = "X-Signature"
"""HMAC of the raw body, as providers send it with their reports."""


def signed_or(scope: Scope) -> Options:
    """Callers holding the scope, or anybody who shows a signature: the route itself must check that."""
    return {"scope": scope, "signed_by": SIGNATURE}


def proven_by(proof: str) -> Options:
    """Anybody may call it; the use case behind it refuses every body without this proof of who has made it."""
    return {"public": True, "proven_by": proof}


SECRET_ANSWER: Options = {"secret_answer": True}
"""Beside `needs(…)`: the answer holds a secret and is never stored; a repeat runs the same command again."""


def needs(scope: Scope) -> Options:
    """`@get(opt=needs(Scope.READ))`: callers holding the scope, or `admin`, may call it."""
    return {"scope": scope}


async def guard_by_scope(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Deny by default: a route is public, or the caller holds its scope.

    Waits for nothing, and is async all the same: a plain function would be sent to a thread for each request.
    """
    if handler.opt.get("public"):
        return
    scope = handler.opt.get("scope")
    caller = connection.scope.get("caller")
    if not isinstance(caller, Caller):
        if handler.opt.get("signed_by", "") in connection.headers:
            return
        raise UnauthenticatedError("Credentials are needed: an API key in Authorization (Bearer) or X-API-Key")
    if not isinstance(scope, Scope) or not {scope, Scope.ADMIN} & caller.scopes:
        raise ForbiddenError(f"The scope {scope} is needed")

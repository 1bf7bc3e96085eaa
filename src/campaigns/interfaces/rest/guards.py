"""Who may call a route. Each route names its scope; one that names none is closed."""

from typing import Any

from litestar.types import Scope as Request

from campaigns.application.shared.context import Caller, Scope
from campaigns.interfaces.rest.refusals import ForbiddenError, UnauthenticatedError
from campaigns.interfaces.rest.sent_headers import SentHeaders

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


def require_scope(request: Request, headers: SentHeaders) -> None:
    """Deny by default: a route is public, or the caller holds its scope.

    No guard of the framework's, which would copy the route's handler for every request.
    """
    options: Options = request["route_handler"].opt
    if options.get("public") or request.get("method") == "OPTIONS":  # which tells the methods of a route, and no more
        return
    scope, caller = options.get("scope"), request.get("caller")
    if not isinstance(caller, Caller):
        if options.get("signed_by", "").lower().encode() in headers:
            return
        raise UnauthenticatedError("Credentials are needed: an API key in Authorization (Bearer) or X-API-Key")
    if not isinstance(scope, Scope) or caller.scopes.isdisjoint((scope, Scope.ADMIN)):
        raise ForbiddenError(f"The scope {scope} is needed")

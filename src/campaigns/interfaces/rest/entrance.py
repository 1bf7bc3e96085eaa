"""What every request passes on its way to its route, in this order and in one layer: each layer costs every request."""

from litestar.types import ASGIApp, Receive, Scope, Send

from campaigns.interfaces.rest.guards import require_scope
from campaigns.interfaces.rest.hygiene import require_clean_address
from campaigns.interfaces.rest.idempotency import Idempotency
from campaigns.interfaces.rest.identity import Authentication
from campaigns.interfaces.rest.rate_limits import RateLimits
from campaigns.interfaces.rest.sent_headers import sent_headers


class Entrance:
    """A middleware of the framework: it knows which route is asked for, and its refusals become problem documents."""

    def __init__(self, authentication: Authentication, rate_limits: RateLimits, idempotency: Idempotency) -> None:
        self._authentication = authentication
        self._rate_limits = rate_limits
        self._idempotency = idempotency

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def enter(scope: Scope, receive: Receive, send: Send) -> None:
            headers = sent_headers(scope)
            require_clean_address(scope)
            await self._authentication.name_caller(scope, headers)
            self._rate_limits.count(scope)
            require_scope(scope, headers)
            await self._idempotency.once(scope, headers, receive, send, app)

        return enter

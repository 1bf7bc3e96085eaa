"""What every request passes on its way to its route, in this order and in one layer: each layer costs every request."""

from litestar.types import ASGIApp, Receive, Scope, Send

from campaigns.interfaces.rest.guards import require_scope
from campaigns.interfaces.rest.hygiene import require_clean_address
from campaigns.interfaces.rest.idempotency import Idempotency, key_of
from campaigns.interfaces.rest.identity import Authentication
from campaigns.interfaces.rest.parameters import require_known_parameters
from campaigns.interfaces.rest.rate_limits import RateLimits
from campaigns.interfaces.rest.sent_headers import sent_headers
from campaigns.interfaces.rest.short_way import ShortWay


class Entrance:
    """A middleware of the framework: it knows which route is asked for, and its refusals become problem documents."""

    def __init__(self, authentication: Authentication, rate_limits: RateLimits, idempotency: Idempotency) -> None:
        self._authentication = authentication
        self._rate_limits = rate_limits
        self._idempotency = idempotency

    def __call__(self, app: ASGIApp) -> ASGIApp:
        short_way = ShortWay(app)

        async def enter(scope: Scope, receive: Receive, send: Send) -> None:
            headers = sent_headers(scope)
            require_clean_address(scope)
            await self._authentication.name_caller(scope, headers)
            self._rate_limits.count(scope)
            require_scope(scope, headers)
            require_known_parameters(scope)
            key = key_of(scope, headers)
            if key is None:
                await short_way(scope, headers, receive, send)
            else:
                # Not by the short way: refusals are answers that must be kept, and the framework writes them.
                await self._idempotency.once(key, scope, receive, send, app)

        return enter

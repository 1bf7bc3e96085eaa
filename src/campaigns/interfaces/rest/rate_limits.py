"""Each principal's share of this process, told in the headers of draft-ietf-httpapi-ratelimit-headers."""

import time
from math import ceil
from typing import Final

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from campaigns.application.platform.authentication import LOCAL
from campaigns.application.shared.context import Caller
from campaigns.interfaces.rest.quotas import Quota, Quotas, Standing
from campaigns.interfaces.rest.refusals import RateLimitedError

_NAME: Final = "requests"
_OWNERS_SHARE = 10
"""Whoever sits at the machine gets that many times a key's quota."""


class RateLimits(ASGIMiddleware):
    """Stands behind the authentication. Requests without a caller are turned away by the guard, and not counted."""

    def __init__(self, quota: Quota) -> None:
        self._quota = quota
        self._quotas = Quotas(time.monotonic)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        caller = scope.get("caller")
        if not isinstance(caller, Caller):
            await next_app(scope, receive, send)
            return
        quota = self._quota.times(_OWNERS_SHARE) if caller.principal == LOCAL.name else self._quota
        standing = self._quotas.take((caller.tenant_id, caller.principal), quota)
        told = headers_of(quota, standing)
        if standing.wait:
            raise RateLimitedError(quota.requests, quota.seconds, ceil(standing.wait), told)
        added = [(name.lower().encode(), value.encode()) for name, value in told.items()]

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await next_app(scope, receive, telling)


def headers_of(quota: Quota, standing: Standing) -> dict[str, str]:
    """`RateLimit-Policy` says what holds, `RateLimit` what is left of it."""
    return {
        "RateLimit-Policy": f'"{_NAME}";q={quota.requests};w={quota.seconds}',
        "RateLimit": f'"{_NAME}";r={standing.remaining};t={standing.reset}',
    }

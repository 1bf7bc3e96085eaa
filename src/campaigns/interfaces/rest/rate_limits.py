"""Each principal's share of this process, told in the headers of draft-ietf-httpapi-ratelimit-headers."""

import time
from math import ceil
from typing import Final

from litestar.types import Scope

from campaigns.application.platform.authentication import LOCAL
from campaigns.application.shared.context import Caller
from campaigns.interfaces.rest.envelope import carry
from campaigns.interfaces.rest.quotas import Quota, Quotas, Standing
from campaigns.interfaces.rest.refusals import RateLimitedError

_NAME: Final = "requests"
_OWNERS_SHARE = 10
"""Whoever sits at the machine gets that many times a key's quota."""


class RateLimits:
    """Stands behind the authentication. Requests without a caller are turned away by the guard, and not counted."""

    def __init__(self, quota: Quota) -> None:
        self._keys, self._owners = quota, quota.times(_OWNERS_SHARE)
        self._quotas = Quotas(time.monotonic)

    def count(self, scope: Scope) -> None:
        """RateLimitedError when the quota is used up; else the answer will tell what is left of it."""
        caller = scope.get("caller")
        if not isinstance(caller, Caller):
            return
        quota = self._owners if caller.principal == LOCAL.name else self._keys
        standing = self._quotas.take((caller.tenant_id, caller.principal), quota)
        told = headers_of(quota, standing)
        if standing.wait:
            raise RateLimitedError(quota.requests, quota.seconds, ceil(standing.wait), told)
        carry(scope, [(name.lower().encode(), value.encode()) for name, value in told.items()])


def headers_of(quota: Quota, standing: Standing) -> dict[str, str]:
    """`RateLimit-Policy` says what holds, `RateLimit` what is left of it."""
    return {
        "RateLimit-Policy": f'"{_NAME}";q={quota.requests};w={quota.seconds}',
        "RateLimit": f'"{_NAME}";r={standing.remaining};t={standing.reset}',
    }

"""One line and two measures for each request."""

import time
from collections.abc import Awaitable

import structlog
from litestar.enums import ScopeType
from litestar.status_codes import HTTP_503_SERVICE_UNAVAILABLE
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Histogram

from campaigns.application.shared.context import Caller

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_log = structlog.get_logger("campaigns.access")


class AccessLog:
    """Counts and logs by route, never by address: addresses hold ids, and queries may hold people."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        labels = ("method", "endpoint")
        self._requests = Counter("api_request_total", "Requests answered", (*labels, "status"), registry=registry)
        self._seconds = Histogram(
            "api_request_duration_seconds", "Time to the end of the answer", labels, registry=registry, buckets=_BUCKETS
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        status = 0
        began = time.perf_counter()

        def noting(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = str(scope.get("method", ""))
        route = str(scope.get("path_template") or "unmatched")
        counted, timed = self._measures(method, route, status)
        counted.inc()
        timed.observe(seconds)
        caller = scope.get("caller")
        who = {"tenant_id": caller.tenant_id, "principal": caller.principal} if isinstance(caller, Caller) else {}
        turned_away = status == HTTP_503_SERVICE_UNAVAILABLE and route == "unmatched"
        write = _log.debug if turned_away or route.startswith(("/health", "/metrics")) else _log.info
        write("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), **who)

    def _measures(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        found = self._known.get((method, route, status))
        if found is None:
            found = self._requests.labels(method, route, status), self._seconds.labels(method, route)
            self._known[method, route, status] = found
        return found

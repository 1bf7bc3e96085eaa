"""Is it alive, and can it do its part: for those who run it."""

import asyncio
import time
from collections.abc import Mapping

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from campaigns.application.platform.ports import Health, Probe
from campaigns.interfaces.rest.draining import Draining
from campaigns.interfaces.rest.guards import PUBLIC
from campaigns.interfaces.rest.wire import View

_PATIENCE = 2.0  # seconds


class Liveness(View, frozen=True, kw_only=True):
    """`loop_lag_ms`: how long the event loop kept a ready task waiting."""

    status: str
    loop_lag_ms: float


class Dependency(View, frozen=True, kw_only=True):
    """`status`: `ok`, `degraded` (it does its part, late or badly), or `down`."""

    status: str
    detail: str
    ms: float


class Readiness(View, frozen=True, kw_only=True):
    """`not_ready` when a dependency is down or the process drains; `degraded` when one does its part badly."""

    status: str
    draining: bool
    dependencies: dict[str, Dependency]


class Probes:
    """Every dependency's probe, by name."""

    def __init__(self, by_name: Mapping[str, Probe]) -> None:
        self._by_name = by_name

    async def all_asked(self) -> dict[str, Dependency]:
        """Asks all at once; a silent one is down."""
        answers = await asyncio.gather(*map(_asked, self._by_name.values()))
        return dict(zip(self._by_name, answers, strict=True))


_NOT_READY = ResponseSpec(Readiness, description="A dependency is down, or the process is going away")


class HealthController(Controller):
    tags = ("operations",)

    @get("/health", opt=PUBLIC, operation_id="GetLiveness")
    async def liveness(self) -> Liveness:
        """The process runs and its event loop turns."""
        began = time.perf_counter()
        await asyncio.sleep(0)
        return Liveness(status="alive", loop_lag_ms=round((time.perf_counter() - began) * 1000, 3))

    @get("/health/ready", opt=PUBLIC, operation_id="GetReadiness", responses={503: _NOT_READY})
    async def readiness(
        self, probes: NamedDependency[Probes], draining: NamedDependency[Draining]
    ) -> Response[Readiness]:
        """Every dependency by name; 503 when one of them cannot do its part, or when the process is going away."""
        found = await probes.all_asked()
        status = _together({dependency.status for dependency in found.values()}, draining=draining.has_begun())
        state = Readiness(status=status, draining=draining.has_begun(), dependencies=found)
        return Response(state, status_code=HTTP_503_SERVICE_UNAVAILABLE if status == "not_ready" else HTTP_200_OK)


def _together(statuses: set[str], *, draining: bool) -> str:
    if draining or "down" in statuses:
        return "not_ready"
    return "degraded" if "degraded" in statuses else "ready"


async def _asked(probe: Probe) -> Dependency:
    began = time.perf_counter()
    try:
        health = await asyncio.wait_for(probe(), _PATIENCE)
    except TimeoutError:
        health = Health(ok=False, detail=f"no answer within {_PATIENCE:g} s")
    spent = round((time.perf_counter() - began) * 1000, 1)
    status = "down" if not health.ok else "degraded" if health.degraded else "ok"
    return Dependency(status=status, detail=health.detail, ms=spent)

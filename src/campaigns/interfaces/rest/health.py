"""Is it alive, and can it do its part: for those who run it."""

import asyncio
import time
from collections.abc import Mapping

from litestar import Controller, Response, get
from litestar.di import NamedDependency
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
    status: str
    detail: str
    ms: float


class Readiness(View, frozen=True, kw_only=True):
    """`ready` only when every dependency is, and the process is not draining."""

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


class HealthController(Controller):
    tags = ("operations",)

    @get("/health", opt=PUBLIC, operation_id="GetLiveness")
    async def liveness(self) -> Liveness:
        """The process runs and its event loop turns."""
        began = time.perf_counter()
        await asyncio.sleep(0)
        return Liveness(status="alive", loop_lag_ms=round((time.perf_counter() - began) * 1000, 3))

    @get("/health/ready", opt=PUBLIC, operation_id="GetReadiness")
    async def readiness(
        self, probes: NamedDependency[Probes], draining: NamedDependency[Draining]
    ) -> Response[Readiness]:
        """Every dependency by name; 503 when one of them cannot do its part, or when the process is going away."""
        found = await probes.all_asked()
        ready = all(dependency.status == "ok" for dependency in found.values()) and not draining.has_begun()
        state = Readiness(status="ready" if ready else "not_ready", draining=draining.has_begun(), dependencies=found)
        return Response(state, status_code=HTTP_200_OK if ready else HTTP_503_SERVICE_UNAVAILABLE)


async def _asked(probe: Probe) -> Dependency:
    began = time.perf_counter()
    try:
        health = await asyncio.wait_for(probe(), _PATIENCE)
    except TimeoutError:
        health = Health(ok=False, detail=f"no answer within {_PATIENCE:g} s")
    spent = round((time.perf_counter() - began) * 1000, 1)
    return Dependency(status="ok" if health.ok else "down", detail=health.detail, ms=spent)

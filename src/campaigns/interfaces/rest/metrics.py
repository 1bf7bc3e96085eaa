"""Measures for Prometheus."""

from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from campaigns.interfaces.rest.guards import PUBLIC


@get("/metrics", opt=PUBLIC, tags=["operations"], operation_id="GetMeasures", media_type="text/plain")
async def measures(registry: NamedDependency[CollectorRegistry]) -> Response[bytes]:
    """Everything this process measures, in Prometheus' text format."""
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

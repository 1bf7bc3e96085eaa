"""A campaign as pictures, tables and a page, so that a report can be pasted: each form has an address of its own."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter

from campaigns.application.analytics.queries.campaign_metrics import CampaignMetrics, MetricsView
from campaigns.application.campaign.queries.show_experiment import ExperimentView, ShowExperiment
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.campaign.errors import NoExperimentError
from campaigns.interfaces.pictures.canvas import Picture, as_png, as_svg
from campaigns.interfaces.pictures.charts import funnel_of, series_of, variants_of
from campaigns.interfaces.pictures.gathering import gathered
from campaigns.interfaces.pictures.page import CONTENT_POLICY, page
from campaigns.interfaces.pictures.tables import as_csv, as_parquet, metric_rows, test_rows
from campaigns.interfaces.rest.analytics.routes import Breakdown, Interval, figures_asked
from campaigns.interfaces.rest.guards import needs

SVG, PNG, CSV, PARQUET = "image/svg+xml", "image/png", "text/csv", "application/vnd.apache.parquet"
Chart = Annotated[
    str, QueryParameter(pattern="^(funnel|series)$", description="From the audience to conversions, or hour by hour")
]


async def _metrics(
    campaign_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    bus: NamedDependency[Bus],
    breakdown_by: Breakdown = None,
    interval: Interval = None,
) -> MetricsView:
    view: MetricsView = await bus(figures_asked(caller, campaign_id, breakdown_by, interval))
    return view


async def _charted(
    campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus], chart: Chart = "funnel"
) -> MetricsView:
    view: MetricsView = await bus(CampaignMetrics(caller=caller, campaign_id=campaign_id, hourly=chart == "series"))
    return view


async def _test(
    campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
) -> ExperimentView:
    view: ExperimentView = await bus(ShowExperiment(caller=caller, campaign_id=campaign_id))
    return view


class PicturesController(Controller):
    path = "/campaigns/{campaign_id:uuid}"
    dependencies = {  # noqa: RUF012  Litestar's own way to say it
        "metrics": Provide(_metrics),
        "charted": Provide(_charted),
        "test": Provide(_test),
    }

    @get("/metrics.svg", opt=needs(Scope.READ), operation_id="DrawMetrics", media_type=SVG)
    async def metrics_svg(self, charted: NamedDependency[MetricsView]) -> Response[bytes]:
        """The campaign's figures as a picture that scales, with its description in it."""
        return await _drawn(_metrics_picture(charted), as_svg, SVG)

    @get("/metrics.png", opt=needs(Scope.READ), operation_id="PaintMetrics", media_type=PNG)
    async def metrics_png(self, charted: NamedDependency[MetricsView]) -> Response[bytes]:
        """The same as pixels, for where SVG is not taken."""
        return await _drawn(_metrics_picture(charted), as_png, PNG)

    @get("/metrics.csv", opt=needs(Scope.READ), operation_id="ExportMetricsAsCsv", media_type=CSV)
    async def metrics_csv(self, metrics: NamedDependency[MetricsView]) -> Response[bytes]:
        """A row for each part, or one of the totals. Rates are in percent, money has a column for each currency."""
        return _file(as_csv(metric_rows(metrics)), CSV, f"metrics-{metrics.campaign_id}.csv")

    @get("/metrics.parquet", opt=needs(Scope.READ), operation_id="ExportMetricsAsParquet", media_type=PARQUET)
    async def metrics_parquet(self, metrics: NamedDependency[MetricsView]) -> Response[bytes]:
        """The same with exact types."""
        return _file(as_parquet(metric_rows(metrics)), PARQUET, f"metrics-{metrics.campaign_id}.parquet")

    @get("/ab-test.svg", opt=needs(Scope.READ), operation_id="DrawAbTest", media_type=SVG)
    async def test_svg(self, test: NamedDependency[ExperimentView]) -> Response[bytes]:
        """Each variant's figure with its interval."""
        return await _drawn(_test_picture(test), as_svg, SVG)

    @get("/ab-test.png", opt=needs(Scope.READ), operation_id="PaintAbTest", media_type=PNG)
    async def test_png(self, test: NamedDependency[ExperimentView]) -> Response[bytes]:
        """The same as pixels, for where SVG is not taken."""
        return await _drawn(_test_picture(test), as_png, PNG)

    @get("/ab-test.csv", opt=needs(Scope.READ), operation_id="ExportAbTestAsCsv", media_type=CSV)
    async def test_csv(self, campaign_id: FromPath[UUID], test: NamedDependency[ExperimentView]) -> Response[bytes]:
        """A row for each variant, with its intervals and comparisons."""
        return _file(as_csv(test_rows(test)), CSV, f"ab-test-{campaign_id}.csv")

    @get("/ab-test.parquet", opt=needs(Scope.READ), operation_id="ExportAbTestAsParquet", media_type=PARQUET)
    async def test_parquet(self, campaign_id: FromPath[UUID], test: NamedDependency[ExperimentView]) -> Response[bytes]:
        """The same with exact types."""
        return _file(as_parquet(test_rows(test)), PARQUET, f"ab-test-{campaign_id}.parquet")

    @get("/report.html", opt=needs(Scope.READ), operation_id="ReadReport", media_type="text/html")
    async def report(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Response[bytes]:
        """Everything there is to say of a campaign, as one page that needs nothing else."""
        found = await gathered(bus, caller, campaign_id, datetime.now(UTC))
        written = await asyncio.to_thread(page, found)
        return Response(written, media_type="text/html", headers={"content-security-policy": CONTENT_POLICY})


def _metrics_picture(view: MetricsView) -> Picture:
    return funnel_of(view) if view.series is None else series_of(view.series, view.zone)


def _test_picture(view: ExperimentView) -> Picture:
    picture = variants_of(view)
    if picture is None:
        raise NoExperimentError("The test has no figures yet")
    return picture


async def _drawn(picture: Picture, write: Callable[[Picture], bytes], media_type: str) -> Response[bytes]:
    """In a thread: a picture takes tenths of a second, in which others want answers."""
    return Response(await asyncio.to_thread(write, picture), media_type=media_type)


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})

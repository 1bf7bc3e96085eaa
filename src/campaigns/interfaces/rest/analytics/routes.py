"""Figures of campaigns over REST, and the reports they are made of."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from campaigns.application.analytics.commands.record_conversions import RecordConversions
from campaigns.application.analytics.commands.report_metrics import ReportMetrics
from campaigns.application.analytics.figures import Dimension
from campaigns.application.analytics.queries.attribute_conversions import AttributeConversions
from campaigns.application.analytics.queries.campaign_metrics import CampaignMetrics
from campaigns.application.analytics.queries.campaign_stats import CampaignStats
from campaigns.application.analytics.queries.compare_rules import CompareRules
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.analytics.attribution import AttributionModel
from campaigns.domain.shared.errors import Violation
from campaigns.interfaces.rest.analytics.schemas.comparisons import AttributionView, RulesComparedView
from campaigns.interfaces.rest.analytics.schemas.figures import CampaignMetricsView, CampaignStatsView
from campaigns.interfaces.rest.analytics.schemas.reports import EventsTaken, NewEvent, NewReport, ReportTaken
from campaigns.interfaces.rest.analytics.showing import attribution_view, metrics_view, rules_view, stats_view
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.refusals import MalformedError

Breakdown = Annotated[
    str | None, QueryParameter(max_length=100, description="variant, channel, segment, execution; comma separated")
]
Interval = Annotated[
    str | None, QueryParameter(max_length=20, description="`hour` or `day`: a series in the zone of the campaign")
]


Model = Annotated[
    str | None,
    QueryParameter(pattern="^(first_touch|last_touch|linear)$", description="The campaign's own when left out"),
]
WindowDays = Annotated[int | None, QueryParameter(ge=1, le=365, description="The campaign's own when left out")]


class FiguresController(Controller):
    path = "/campaigns/{campaign_id:uuid}"

    @get("/metrics", opt=needs(Scope.READ), operation_id="CampaignMetrics")
    async def metrics(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        breakdown_by: Breakdown = None,
        interval: Interval = None,
    ) -> CampaignMetricsView:
        """What the campaign achieved, at most a second behind, in all and by part."""
        return metrics_view(await bus(figures_asked(caller, campaign_id, breakdown_by, interval)))

    @get("/metrics/rules", opt=needs(Scope.READ), operation_id="CompareRules")
    async def rules(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> RulesComparedView:
        """Who opened and clicked, people or machines, under each version of the rules that was scored."""
        return rules_view(campaign_id, await bus(CompareRules(caller=caller, campaign_id=campaign_id)))

    @get("/attribution", opt=needs(Scope.READ), operation_id="AttributeConversions")
    async def attribution(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        model: Model = None,
        window_days: WindowDays = None,
    ) -> AttributionView:
        """Every conversion so far, credited by any model: what was recorded stays as it is."""
        query = AttributeConversions(
            caller=caller,
            campaign_id=campaign_id,
            model=AttributionModel(model) if model else None,
            window_days=window_days,
        )
        return attribution_view(campaign_id, await bus(query))

    @get("/stats", opt=needs(Scope.READ), operation_id="CampaignStats")
    async def stats(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> CampaignStatsView:
        """Counts and percentages of the campaign and its variants."""
        return stats_view(await bus(CampaignStats(caller=caller, campaign_id=campaign_id)))

    @post("/metrics", opt=needs(Scope.WRITE), operation_id="ReportCampaignMetrics")
    async def report(
        self,
        campaign_id: FromPath[UUID],
        data: JSONBody[NewReport],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> ReportTaken:
        """Add figures that somebody else counted; the same report_id again changes nothing."""
        report = data.report(datetime.now(UTC))
        new = await bus(ReportMetrics(caller=caller, campaign_id=campaign_id, report=report))
        return ReportTaken(report_id=report.report_id, new=new)


class OutsideEventsController(Controller):
    path = "/"

    @post("/conversions", opt=needs(Scope.WRITE), operation_id="RecordConversion", status_code=202)
    async def conversion(
        self, data: JSONBody[NewEvent], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> EventsTaken:
        """A person did what a campaign aims at; it is credited to the messages that led to it."""
        now = datetime.now(UTC)
        new = await bus(RecordConversions(caller=caller, conversions=(data.conversion(now),), pointer=""))
        return EventsTaken(received=1, new=new)


def figures_asked(caller: Caller, campaign_id: UUID, breakdown_by: str | None, interval: str | None) -> CampaignMetrics:
    if interval not in (None, "hour", "day"):
        raise MalformedError("A parameter does not fit", (Violation("/interval", "must be hour or day"),))
    return CampaignMetrics(
        caller=caller,
        campaign_id=campaign_id,
        by=_dimensions(breakdown_by),
        hourly=interval == "hour",
        daily=interval == "day",
    )


def _dimensions(text: str | None) -> tuple[Dimension, ...]:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    unknown = [name for name in names if name not in Dimension.__members__.values()]
    if unknown:
        known = ", ".join(Dimension)
        broken = tuple(Violation("/breakdown_by", f"{name!r} is none of {known}") for name in unknown)
        raise MalformedError("A parameter does not fit", broken)
    return tuple(dict.fromkeys(Dimension(name) for name in names))

"""Everything a report tells, asked for in one go."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from campaigns.application.analytics.figures import Dimension
from campaigns.application.analytics.queries.campaign_metrics import CampaignMetrics, MetricsView
from campaigns.application.campaign.queries.campaign_details import CampaignDetails
from campaigns.application.campaign.queries.show_experiment import ExperimentView, ShowExperiment
from campaigns.application.campaign.views import CampaignView
from campaigns.application.delivery.queries.list_executions import ListExecutions
from campaigns.application.delivery.readings import ExecutionView
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.errors import NoExperimentError
from campaigns.domain.delivery.accounting import Accounting
from campaigns.domain.shared.ids import CampaignId


class Gathered(Struct, frozen=True, kw_only=True):
    """`runs` newest first; `test` is None when the campaign compares no variants."""

    campaign: CampaignView
    metrics: MetricsView
    runs: Sequence[ExecutionView]
    test: ExperimentView | None
    at: datetime

    @property
    def zone(self) -> str:
        return self.metrics.zone

    @property
    def accounting(self) -> Accounting:
        """Of all runs together."""
        names = Accounting.__struct_fields__
        return Accounting(**{name: sum(getattr(run.accounting, name) for run in self.runs) for name in names})


async def gathered(bus: Bus, caller: Caller, campaign_id: UUID, at: datetime) -> Gathered:
    """NotFoundError when the caller has no such campaign."""
    return Gathered(
        campaign=await bus(CampaignDetails(caller=caller, campaign_id=campaign_id)),
        metrics=await bus(
            CampaignMetrics(caller=caller, campaign_id=campaign_id, by=(Dimension.VARIANT,), hourly=True)
        ),
        runs=await bus(ListExecutions(caller=caller, campaign_id=CampaignId(campaign_id))),
        test=await test_of(bus, caller, campaign_id),
        at=at,
    )


async def test_of(bus: Bus, caller: Caller, campaign_id: UUID) -> ExperimentView | None:
    try:
        found: ExperimentView = await bus(ShowExperiment(caller=caller, campaign_id=campaign_id))
    except NoExperimentError:
        return None
    return found

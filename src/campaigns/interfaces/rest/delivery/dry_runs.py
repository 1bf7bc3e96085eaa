"""What a launch would do, and what it did otherwise, over REST."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from campaigns.application.delivery.commands.request_dry_run import RequestDryRun
from campaigns.application.delivery.dry_running.forecasts import DryRun
from campaigns.application.delivery.queries.compare_dry_run import CompareDryRun, Comparison
from campaigns.application.delivery.queries.list_dry_runs import ListDryRuns
from campaigns.application.delivery.queries.show_dry_run import ShowDryRun
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.shared.ids import CampaignId, ExecutionId
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.wire import Body, UtcInstant, View

Sample = Annotated[int, Meta(ge=1, le=100_000_000, description="For about how many people content is rendered")]
OfDryRun = Annotated[
    UUID | None, QueryParameter(description="The newest that was completed before the plan when left out")
]
_USUAL_SAMPLE = 10_000


class DryRunBody(Body, frozen=True, kw_only=True):
    """Content is rendered for real: for so many people spread evenly over the audience, or (null) for everybody.

    A triggered campaign is asked about the events received in a period: the last seven days when nothing else is said.
    """

    sample: Sample | None = _USUAL_SAMPLE
    since: UtcInstant | None = None
    until: UtcInstant | None = None


class DryRunList(View, frozen=True, kw_only=True):
    """Without their forecasts."""

    dry_runs: tuple[DryRun, ...]
    total: int


class DryRunsController(Controller):
    path = "/campaigns/{campaign_id:uuid}"

    @post("/dry-run", opt=needs(Scope.WRITE), status_code=202, operation_id="RequestDryRun")
    async def request(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        data: JSONBody[DryRunBody | None] = None,
    ) -> Response[DryRun]:
        """Everything a launch decides, and none of its effects; the answer tells where to see what was found. A
        triggered campaign is told what it would have answered.
        """
        body = data or DryRunBody()
        command = RequestDryRun(
            caller=caller,
            campaign_id=CampaignId(campaign_id),
            sample=body.sample,
            since=body.since,
            until=body.until,
        )
        dry_run: DryRun = await bus(command)
        return Response(dry_run, headers={"location": f"/api/v1/campaigns/{campaign_id}/dry-runs/{dry_run.id}"})

    @get("/dry-runs", opt=needs(Scope.READ), operation_id="ListDryRuns")
    async def all(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> DryRunList:
        """The last twenty, newest first."""
        found: Sequence[DryRun] = await bus(ListDryRuns(caller=caller, campaign_id=CampaignId(campaign_id)))
        return DryRunList(dry_runs=tuple(found), total=len(found))

    @get("/dry-runs/{dry_run_id:uuid}", opt=needs(Scope.READ), operation_id="ShowDryRun")
    async def one(
        self,
        campaign_id: FromPath[UUID],
        dry_run_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> DryRun:
        """How far it is; when it is completed, its forecast."""
        query = ShowDryRun(caller=caller, campaign_id=CampaignId(campaign_id), dry_run_id=dry_run_id)
        found: DryRun = await bus(query)
        return found

    @get("/executions/{execution_id:uuid}/dry-run-diff", opt=needs(Scope.READ), operation_id="CompareDryRun")
    async def compare(
        self,
        *,
        campaign_id: FromPath[UUID],
        execution_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        dry_run_id: OfDryRun = None,
    ) -> Comparison:
        """What a run planned otherwise than its dry run had foretold, and what changed in between."""
        query = CompareDryRun(
            caller=caller,
            campaign_id=CampaignId(campaign_id),
            execution_id=ExecutionId(execution_id),
            dry_run_id=dry_run_id,
        )
        found: Comparison = await bus(query)
        return found

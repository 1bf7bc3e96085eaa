"""What an execution planned beside what a dry run had foretold, and what changed in between."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from campaigns.application.delivery.dry_running.forecasts import DryRun
from campaigns.application.delivery.dry_running.ports import Change, DryRuns, RealPlan, RealPlans
from campaigns.application.delivery.sending.desk import SendingPolicy
from campaigns.application.shared.messages import Query
from campaigns.domain.delivery.comparing import Difference, differences
from campaigns.domain.delivery.errors import DryRunNotFoundError
from campaigns.domain.delivery.forecast import Counted, Released, counted
from campaigns.domain.shared.ids import CampaignId, ExecutionId


class CompareDryRun(Query, frozen=True, kw_only=True):
    """`dry_run_id` None: the newest that was completed before the plan was made."""

    campaign_id: CampaignId
    execution_id: ExecutionId
    dry_run_id: UUID | None = None


class Comparison(Struct, frozen=True, kw_only=True):
    """`identical` when no figure differs; `changes` are what is known to have changed between the two."""

    dry_run_id: UUID
    execution_id: UUID
    forecast_at: datetime
    planned_at: datetime
    identical: bool
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    real: Counted
    spent: Decimal


class CompareDryRunHandler:
    def __init__(self, dry_runs: DryRuns, plans: RealPlans, policy: SendingPolicy) -> None:
        self._dry_runs = dry_runs
        self._plans = plans
        self._policy = policy

    async def __call__(self, query: CompareDryRun) -> Comparison:
        tenant_id = query.caller.tenant_id
        plan = await self._plans.of(tenant_id, query.campaign_id, query.execution_id)
        dry_run = await self._foretold(query, plan)
        forecast = dry_run.forecast
        if forecast is None or forecast.counted is None:
            raise DryRunNotFoundError(f"The dry run {dry_run.id} found no plan to compare with.")
        released = [Released(at, messages) for at, messages in plan.released]
        real = counted(plan.cells, released, plan.brief, self._policy.prices)
        found = differences(forecast.counted, real)
        changes: Sequence[Change] = await self._plans.changes(dry_run, plan, query.caller)
        return Comparison(
            dry_run_id=dry_run.id,
            execution_id=query.execution_id,
            forecast_at=dry_run.finished_at or dry_run.created_at,
            planned_at=plan.planned_at,
            identical=not found,
            differences=found,
            changes=tuple(changes),
            real=real,
            spent=plan.spent,
        )

    async def _foretold(self, query: CompareDryRun, plan: RealPlan) -> DryRun:
        tenant_id = query.caller.tenant_id
        if query.dry_run_id is None:
            return await self._dry_runs.last_before(tenant_id, query.campaign_id, plan.planned_at)
        return await self._dry_runs.get(tenant_id, query.campaign_id, query.dry_run_id)

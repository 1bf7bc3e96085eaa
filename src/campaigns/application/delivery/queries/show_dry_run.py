"""One dry run: how far it is, and what it found."""

from uuid import UUID

from campaigns.application.delivery.dry_running.forecasts import DryRun
from campaigns.application.delivery.dry_running.ports import DryRuns
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.ids import CampaignId


class ShowDryRun(Query, frozen=True, kw_only=True):
    campaign_id: CampaignId
    dry_run_id: UUID


class ShowDryRunHandler:
    def __init__(self, dry_runs: DryRuns) -> None:
        self._dry_runs = dry_runs

    async def __call__(self, query: ShowDryRun) -> DryRun:
        return await self._dry_runs.get(query.caller.tenant_id, query.campaign_id, query.dry_run_id)

"""The dry runs of a campaign that are kept."""

from collections.abc import Sequence

from campaigns.application.delivery.dry_running.forecasts import DryRun
from campaigns.application.delivery.dry_running.ports import DryRuns
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.ids import CampaignId


class ListDryRuns(Query, frozen=True, kw_only=True):
    campaign_id: CampaignId


class ListDryRunsHandler:
    def __init__(self, dry_runs: DryRuns) -> None:
        self._dry_runs = dry_runs

    async def __call__(self, query: ListDryRuns) -> Sequence[DryRun]:
        return await self._dry_runs.of(query.caller.tenant_id, query.campaign_id)

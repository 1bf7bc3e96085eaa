"""Find out what a launch would do, without launching."""

from campaigns.application.delivery.dry_running.forecasts import DryRun
from campaigns.application.delivery.dry_running.ports import DryRuns
from campaigns.application.delivery.running import Briefs
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.shared.ids import CampaignId


class RequestDryRun(Command, frozen=True, kw_only=True):
    """`sample`: for how many people content is rendered; None for everybody."""

    campaign_id: CampaignId
    sample: int | None


class RequestDryRunHandler:
    def __init__(self, dry_runs: DryRuns, briefs: Briefs, clock: Clock, ids: Ids) -> None:
        self._dry_runs = dry_runs
        self._briefs = briefs
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: RequestDryRun) -> DryRun:
        """Queued; what it finds is told by its id. NotFoundError, DryRunUnderWayError."""
        caller = command.caller
        await self._briefs.of(command.campaign_id, self._clock.now(), caller)
        dry_run = DryRun(
            id=self._ids.new(),
            tenant_id=caller.tenant_id,
            campaign_id=command.campaign_id,
            status="pending",
            sample=command.sample,
            requested_by=caller.principal,
            created_at=self._clock.now(),
        )
        await self._dry_runs.queue(dry_run)
        return dry_run

"""Find out what a launch would do, without launching."""

from datetime import datetime

from campaigns.application.delivery.dry_running.forecasts import DryRun
from campaigns.application.delivery.dry_running.ports import DryRuns
from campaigns.application.delivery.running import Briefs, KnownCampaigns
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.ids import CampaignId


class RequestDryRun(Command, frozen=True, kw_only=True):
    """`sample`: for how many people content is rendered; None for everybody. `since` and `until`: when the events were
    received that a triggered campaign is asked about; without them in the last seven days.
    """

    campaign_id: CampaignId
    sample: int | None
    since: datetime | None = None
    until: datetime | None = None


class RequestDryRunHandler:
    def __init__(self, dry_runs: DryRuns, campaigns: KnownCampaigns, briefs: Briefs, clock: Clock, ids: Ids) -> None:
        self._dry_runs = dry_runs
        self._campaigns = campaigns
        self._briefs = briefs
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: RequestDryRun) -> DryRun:
        """Queued; what it finds is told by its id. NotFoundError, InvalidError, DryRunUnderWayError."""
        caller = command.caller
        await self._require_a_period(command)
        await self._briefs.of(command.campaign_id, self._clock.now(), caller)
        dry_run = DryRun(
            id=self._ids.new(),
            tenant_id=caller.tenant_id,
            campaign_id=command.campaign_id,
            status="pending",
            sample=command.sample,
            since=command.since,
            until=command.until,
            requested_by=caller.principal,
            created_at=self._clock.now(),
        )
        await self._dry_runs.queue(dry_run)
        return dry_run

    async def _require_a_period(self, command: RequestDryRun) -> None:
        if command.since is None and command.until is None:
            return
        until = command.until or self._clock.now()
        if command.since is not None and command.since >= until:
            raise InvalidError("No such period", (Violation("/since", "must be before until"),))
        if not await self._campaigns.answers_events(command.campaign_id, command.caller):
            pointer = "/until" if command.since is None else "/since"
            raise InvalidError("No such period", (Violation(pointer, "is for triggered campaigns"),))

"""The campaign: what it is to do, and where it stands. Decisions return facts; `evolve` applies them."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from campaigns.domain.campaign.content_hash import content_hash
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.errors import (
    ApprovalError,
    ConfigurationError,
)
from campaigns.domain.campaign.events import (
    CampaignActivated,
    CampaignApproved,
    CampaignCancelled,
    CampaignCompleted,
    CampaignCreated,
    CampaignDeleted,
    CampaignEvent,
    CampaignOccurrenceSkipped,
    CampaignPaused,
    CampaignRejected,
    CampaignResumed,
    CampaignScheduled,
    CampaignStarted,
    CampaignSubmitted,
    CampaignUnscheduled,
    CampaignUpdated,
)
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.readiness import LaunchFacts, require_ready, require_writable
from campaigns.domain.campaign.revision import changes, require_unsettled, rescheduled
from campaigns.domain.campaign.standing import Standing
from campaigns.domain.campaign.transitions import Action
from campaigns.domain.campaign.values import Mode, RunKind, Status, Totals
from campaigns.domain.campaign.written import optional_reason, required_reason
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.guardrails import GuardrailBreach
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.names import LONGEST_NAME

Events = tuple[CampaignEvent, ...]
COPY = " (copy)"


def create(
    campaign_id: UUID,
    tenant_id: TenantId,
    definition: Definition,
    limits: CampaignLimits,
    *,
    at: datetime,
    by: str,
    cloned_from: UUID | None = None,
) -> Events:
    """A new draft; refused when not even a draft may say this."""
    require_writable(definition, limits)
    return (
        CampaignCreated(
            campaign_id=campaign_id, tenant_id=tenant_id, definition=definition, cloned_from=cloned_from, at=at, by=by
        ),
    )


class Campaign(Standing, frozen=True, kw_only=True):
    """Every decision refuses, or returns the facts that follow from it."""

    def update(self, definition: Definition, limits: CampaignLimits, *, at: datetime, by: str) -> Events:
        """What changed, field by field; nothing when nothing did."""
        self.require(Action.UPDATE)
        require_writable(definition, limits)
        require_unsettled(self.definition, definition, draft=self.status is Status.DRAFT, launched=self.launched)
        changed = changes(self.definition, definition)
        return (CampaignUpdated(changes=changed, at=at, by=by),) if changed else ()

    def schedule(
        self, start: datetime | None, timezone: str | None, facts: LaunchFacts, *, at: datetime, by: str
    ) -> Events:
        self.require(Action.SCHEDULE)
        start = start or self.definition.starts_at()
        if start is None:
            raise ConfigurationError("A start is needed", (Violation("/at", "the campaign has no planned start"),))
        planned = rescheduled(self.definition, start, timezone)
        require_ready(planned, facts, ahead=True)
        return (CampaignScheduled(scheduled_for=start, timezone=planned.zone(), at=at, by=by),)

    def unschedule(self, *, at: datetime, by: str) -> Events:
        self.require(Action.UNSCHEDULE)
        return (CampaignUnscheduled(at=at, by=by),)

    def activate(self, execution_id: UUID, facts: LaunchFacts, *, at: datetime, by: str) -> Events:
        """Bring it to life: scheduled, running or active as its mode says; a paused one resumes."""
        if self.status is Status.PAUSED:
            return self.resume(execution_id, facts, at=at, by=by)
        self.require(Action.ACTIVATE)
        start = self.definition.starts_at()
        later = self.definition.mode is Mode.ONE_TIME and start is not None and start > at
        require_ready(self.definition, facts, ahead=later)
        if self.definition.mode is not Mode.ONE_TIME:
            return (CampaignActivated(at=at, by=by),)
        if start is not None and later:
            return (CampaignScheduled(scheduled_for=start, timezone=self.definition.zone(), at=at, by=by),)
        return (self._started_of_itself(execution_id, facts, at=at, by=by),)

    def start(self, execution_id: UUID, facts: LaunchFacts, *, at: datetime, by: str) -> Events:
        """Run now, whatever the schedule says; for a recurring campaign one run more."""
        self.require(Action.START)
        require_ready(self.definition, facts)
        return (self._started(execution_id, "manual", at, facts, at=at, by=by),)

    def start_planned(
        self,
        execution_id: UUID,
        planned_for: datetime,
        facts: LaunchFacts,
        *,
        at: datetime,
        by: str,
        following: datetime | None = None,
    ) -> Events:
        """The planned instant has come. Each instant is answered once; a missed one follows the misfire policy.

        `following` is the planned instant after it, where there is one.
        """
        self.require_awaiting(planned_for)
        if following is not None and following <= at and self.makes_up_for_the_last_only():
            late = int((at - planned_for).total_seconds())
            return (
                CampaignOccurrenceSkipped(
                    planned_for=planned_for, late_by_seconds=late, reason="superseded", at=at, by=by
                ),
            )
        return self._on_time_or_not(execution_id, planned_for, facts, at=at, by=by)

    def pause(
        self, reason: str | None, messages_sent: int, *, at: datetime, by: str, guardrail: GuardrailBreach | None = None
    ) -> Events:
        self.require(Action.PAUSE)
        paused = CampaignPaused(
            paused_from=self.status,
            reason=optional_reason(reason),
            messages_sent=messages_sent,
            guardrail=guardrail,
            at=at,
            by=by,
        )
        return (paused,)

    def resume(self, execution_id: UUID, facts: LaunchFacts, *, at: datetime, by: str) -> Events:
        """Back to where it was paused from; a start that has passed meanwhile follows the misfire policy."""
        self.require(Action.RESUME)
        require_ready(self.definition, facts)
        resumed = CampaignResumed(resumed_to=self.paused_from, at=at, by=by)
        start = self.definition.begins_at() or at
        if self.paused_from is not Status.SCHEDULED or start > at:
            return (resumed,)
        return (resumed, *self._on_time_or_not(execution_id, start, facts, at=at, by=by))

    def complete(
        self, totals: Totals | None = None, execution_id: UUID | None = None, *, at: datetime, by: str
    ) -> Events:
        self.require(Action.COMPLETE)
        return (CampaignCompleted(execution_id=execution_id or self.execution_id, totals=totals, at=at, by=by),)

    def finish_run(self, execution_id: UUID, totals: Totals, *, at: datetime, by: str) -> Events:
        """A run is over. It completes the campaign that it alone made up; nothing follows from any other run."""
        ends_it = self.definition.mode is Mode.ONE_TIME and execution_id == self.execution_id
        return self.complete(totals, execution_id, at=at, by=by) if ends_it and self.allows(Action.COMPLETE) else ()

    def cancel(self, reason: str, *, at: datetime, by: str) -> Events:
        self.require(Action.CANCEL)
        return (CampaignCancelled(reason=required_reason(reason), at=at, by=by),)

    def delete(self, *, at: datetime, by: str) -> Events:
        self.require(Action.DELETE)
        return (CampaignDeleted(at=at, by=by),)

    def submit(self, *, at: datetime, by: str) -> Events:
        self.require(Action.SUBMIT)
        return (CampaignSubmitted(content_hash=content_hash(self.definition), at=at, by=by),)

    def approve(self, *, at: datetime, by: str) -> Events:
        """Four eyes: whoever wrote any of it since the last approval cannot approve it."""
        self.require(Action.APPROVE)
        if by in self.authors:
            raise ApprovalError("whoever wrote the campaign cannot approve it")
        return (CampaignApproved(content_hash=content_hash(self.definition), at=at, by=by),)

    def reject(self, reason: str, *, at: datetime, by: str) -> Events:
        self.require(Action.REJECT)
        return (CampaignRejected(reason=required_reason(reason), at=at, by=by),)

    def cloned_definition(self, name: str | None, new_id: Callable[[], UUID]) -> Definition:
        """The definition for a clone: its own name, parts under new ids."""
        self.require(Action.CLONE)
        own_name = name or self.definition.name[: LONGEST_NAME - len(COPY)] + COPY
        return replace(
            self.definition,
            name=own_name,
            variants=tuple(replace(variant, variant_id=new_id()) for variant in self.definition.variants),
            triggers=tuple(replace(trigger, trigger_id=new_id()) for trigger in self.definition.triggers),
        )

    def _started_of_itself(self, execution_id: UUID, facts: LaunchFacts, *, at: datetime, by: str) -> CampaignStarted:
        """Now; but where people's own clocks count, as it was planned, while it is not too late for all of them."""
        begins = self.definition.begins_at()
        planned = begins is not None and self.definition.follows_local_time()
        if begins is None or not planned or self.late_by(begins, at) > self.patience():
            return self._started(execution_id, "manual", at, facts, at=at, by=by)
        return self._started(execution_id, "scheduled", begins, facts, at=at, by=by)

    def _on_time_or_not(
        self, execution_id: UUID, planned_for: datetime, facts: LaunchFacts, *, at: datetime, by: str
    ) -> Events:
        late, one_time = self.late_by(planned_for, at), self.definition.mode is Mode.ONE_TIME
        if late <= self.patience():
            require_ready(self.definition, facts)
            kind: RunKind = "scheduled" if one_time else "recurring"
            return (self._started(execution_id, kind, planned_for, facts, at=at, by=by),)
        skipped = CampaignOccurrenceSkipped(
            planned_for=planned_for, late_by_seconds=int(late.total_seconds()), at=at, by=by
        )
        return (skipped, CampaignUnscheduled(reason="missed", at=at, by=by)) if one_time else (skipped,)

    def _started(
        self, execution_id: UUID, kind: RunKind, planned_for: datetime, facts: LaunchFacts, *, at: datetime, by: str
    ) -> CampaignStarted:
        return CampaignStarted(
            execution_id=execution_id,
            kind=kind,
            planned_for=planned_for,
            audience_size=facts.audience_size,
            at=at,
            by=by,
        )

"""What can have happened to a campaign. Names and shapes are for ever; people appear as user ids only."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.values import Change, DrawnShare, Fallback, Finding, RunKind, Status, Totals
from campaigns.domain.shared.events import Event
from campaigns.domain.shared.guardrails import GuardrailBreach


class CampaignCreated(Event, frozen=True, kw_only=True):
    campaign_id: UUID
    tenant_id: str
    definition: Definition
    cloned_from: UUID | None = None


class CampaignUpdated(Event, frozen=True, kw_only=True):
    """Top-level fields of the definition that changed."""

    changes: dict[str, Change]


class CampaignScheduled(Event, frozen=True, kw_only=True):
    scheduled_for: datetime
    timezone: str


class CampaignUnscheduled(Event, frozen=True, kw_only=True):
    reason: str | None = None


class CampaignActivated(Event, frozen=True, kw_only=True):
    pass


class CampaignStarted(Event, frozen=True, kw_only=True):
    """One run begins. `planned_for` is the instant it was meant for, which `at` may exceed."""

    execution_id: UUID
    kind: RunKind
    planned_for: datetime
    audience_size: int | None = None


class CampaignOccurrenceSkipped(Event, frozen=True, kw_only=True):
    """A planned start passed while nobody could act on it, and the misfire policy lets it go.

    `superseded`: a later one had come by then, and only the last one is made up for.
    """

    planned_for: datetime
    late_by_seconds: int
    reason: Literal["too_late", "superseded"] = "too_late"


class CampaignPaused(Event, frozen=True, kw_only=True):
    """`guardrail` where no person paused it."""

    paused_from: Status
    reason: str | None = None
    messages_sent: int = 0
    guardrail: GuardrailBreach | None = None


class CampaignResumed(Event, frozen=True, kw_only=True):
    resumed_to: Status


class CampaignCompleted(Event, frozen=True, kw_only=True):
    """`totals` of its last execution where it had one."""

    execution_id: UUID | None = None
    totals: Totals | None = None


class CampaignCancelled(Event, frozen=True, kw_only=True):
    reason: str


class CampaignDeleted(Event, frozen=True, kw_only=True):
    pass


class CampaignSubmitted(Event, frozen=True, kw_only=True):
    content_hash: str


class CampaignApproved(Event, frozen=True, kw_only=True):
    """Binds to the content that was looked at."""

    content_hash: str


class CampaignRejected(Event, frozen=True, kw_only=True):
    reason: str


class CampaignSharesDrawn(Event, frozen=True, kw_only=True):
    """From now on people fall to the variants by these shares; `finding` is what they rest on."""

    version: int
    shares: tuple[DrawnShare, ...]
    finding: Finding


class CampaignWinnerDeclared(Event, frozen=True, kw_only=True):
    """The test of a run has a winner, by its figures or by a person's word. `finding` is what was known then."""

    execution_id: UUID
    variant_id: UUID
    variant: str
    method: Literal["automatic", "manual"]
    finding: Finding


class CampaignWinnerNotFound(Event, frozen=True, kw_only=True):
    """The test of a run ended without a winner. `variant_id` is what the rest gets; None: nothing, or nothing yet."""

    execution_id: UUID
    fallback: Fallback
    variant_id: UUID | None
    variant: str | None
    finding: Finding


CampaignEvent = (
    CampaignCreated
    | CampaignUpdated
    | CampaignScheduled
    | CampaignUnscheduled
    | CampaignActivated
    | CampaignStarted
    | CampaignOccurrenceSkipped
    | CampaignPaused
    | CampaignResumed
    | CampaignCompleted
    | CampaignCancelled
    | CampaignDeleted
    | CampaignSubmitted
    | CampaignApproved
    | CampaignRejected
    | CampaignSharesDrawn
    | CampaignWinnerDeclared
    | CampaignWinnerNotFound
)

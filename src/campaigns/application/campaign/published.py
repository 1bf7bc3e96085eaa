"""What campaigns tell the world. Names and shapes are for ever; fields are added with defaults."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from campaigns.application.shared.published import PublishedCatalogue, PublishedEvent
from campaigns.domain.campaign.values import Fallback, Finding
from campaigns.domain.shared.guardrails import GuardrailBreach


class CampaignCreatedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign was begun as a draft."""

    name: str
    type: str
    mode: str
    status: str
    created_by: str
    organization_id: str
    created_at: datetime
    cloned_from: UUID | None = None


class CampaignUpdatedNews(PublishedEvent, frozen=True, kw_only=True):
    """What a campaign is to do was changed; `changes` holds old and new of each changed field."""

    changed_fields: tuple[str, ...]
    changes: dict[str, Any]
    updated_by: str
    updated_at: datetime


class CampaignScheduledNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign will start at `scheduled_at`; `task_id` is the id its execution will have."""

    scheduled_at: datetime
    timezone: str
    task_id: UUID
    scheduled_by: str


class CampaignUnscheduledNews(PublishedEvent, frozen=True, kw_only=True):
    """A planned start was called off, by a person or because it was missed (`reason` is then `missed`)."""

    unscheduled_by: str
    unscheduled_at: datetime
    reason: str | None = None


class CampaignActivatedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign came to life: it is live, waits for its triggers, or for its next recurrence."""

    activated_at: datetime
    activated_by: str


class CampaignStartedNews(PublishedEvent, frozen=True, kw_only=True):
    """A run of a campaign begins; delivery executes it under `execution_id`."""

    execution_id: UUID
    kind: str
    planned_for: datetime
    started_at: datetime
    started_by: str
    audience_size: int | None = None


class CampaignPausedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign is held; nothing more is handed over until it resumes. `guardrail` says which limit held it."""

    paused_by: str
    paused_at: datetime
    messages_sent: int
    reason: str | None = None
    guardrail: GuardrailBreach | None = None


class CampaignResumedNews(PublishedEvent, frozen=True, kw_only=True):
    """A held campaign goes on, in the status it was paused from."""

    resumed_by: str
    resumed_at: datetime
    status: str


class CampaignCompletedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign is finished. Totals are those of its last run, null where it had none."""

    completed_at: datetime
    completed_by: str
    execution_id: UUID | None = None
    total_sent: int | None = None
    total_delivered: int | None = None


class CampaignCancelledNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign was ended without being finished."""

    cancelled_by: str
    cancelled_at: datetime
    reason: str


class CampaignDeletedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign was removed; its name is free again."""

    deleted_by: str
    deleted_at: datetime


class CampaignSubmittedNews(PublishedEvent, frozen=True, kw_only=True):
    """A draft waits for approval."""

    submitted_by: str
    submitted_at: datetime


class CampaignApprovedNews(PublishedEvent, frozen=True, kw_only=True):
    """What a draft said at that moment was approved."""

    approved_by: str
    approved_at: datetime
    content_hash: str


class CampaignRejectedNews(PublishedEvent, frozen=True, kw_only=True):
    """A draft was sent back to its authors."""

    rejected_by: str
    rejected_at: datetime
    reason: str


class CampaignWinnerDeclaredNews(PublishedEvent, frozen=True, kw_only=True):
    """The test of a run has a winner, by its figures (`automatic`) or by a person; whoever waited for it gets it."""

    execution_id: UUID
    variant_id: UUID
    variant: str
    method: Literal["automatic", "manual"]
    declared_by: str
    declared_at: datetime
    finding: Finding


class CampaignNoWinnerNews(PublishedEvent, frozen=True, kw_only=True):
    """The test of a run ended without a winner: whoever waited gets nothing (`control`), the best so far, or goes on
    waiting for a person to decide (`wait`).
    """

    execution_id: UUID
    fallback: Fallback
    variant_id: UUID | None
    variant: str | None
    ended_by: str
    ended_at: datetime
    finding: Finding


PUBLISHED: PublishedCatalogue = {
    "campaign.created": CampaignCreatedNews,
    "campaign.updated": CampaignUpdatedNews,
    "campaign.scheduled": CampaignScheduledNews,
    "campaign.unscheduled": CampaignUnscheduledNews,
    "campaign.activated": CampaignActivatedNews,
    "campaign.started": CampaignStartedNews,
    "campaign.paused": CampaignPausedNews,
    "campaign.resumed": CampaignResumedNews,
    "campaign.completed": CampaignCompletedNews,
    "campaign.cancelled": CampaignCancelledNews,
    "campaign.deleted": CampaignDeletedNews,
    "campaign.submitted": CampaignSubmittedNews,
    "campaign.approved": CampaignApprovedNews,
    "campaign.rejected": CampaignRejectedNews,
    "campaign.winner_declared": CampaignWinnerDeclaredNews,
    "campaign.no_winner": CampaignNoWinnerNews,
}

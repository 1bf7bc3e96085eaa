"""What campaigns tell the world. Names and shapes are for ever; fields are added with defaults."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from campaigns.application.shared.published import PublishedCatalogue, PublishedEvent
from campaigns.application.shared.published_fields import (
    At,
    ExecutionId,
    Messages,
    People,
    Principal,
    Reason,
    VariantUuid,
)
from campaigns.domain.campaign.values import CampaignType, Fallback, Finding, Mode, RunKind, Status
from campaigns.domain.shared.guardrails import GuardrailBreach


class CampaignCreatedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign was begun as a draft."""

    name: str
    type: CampaignType
    mode: Mode
    status: Status
    created_by: Principal
    organization_id: Annotated[str, Meta(description="The tenant; the same as `tenantid` of the envelope")]
    created_at: At
    cloned_from: Annotated[UUID | None, Meta(description="The campaign it is a copy of")] = None


class CampaignUpdatedNews(PublishedEvent, frozen=True, kw_only=True):
    """What a campaign is to do was changed; `changes` holds old and new of each changed field."""

    changed_fields: Annotated[tuple[str, ...], Meta(description="Fields of the campaign, as the API names them")]
    changes: Annotated[dict[str, Any], Meta(description='By field: `{"old": …, "new": …}`')]
    updated_by: Principal
    updated_at: At


class CampaignScheduledNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign will start at `scheduled_at`; `task_id` is the id its execution will have."""

    scheduled_at: At
    timezone: Annotated[str, Meta(description="The zone the start was planned in, an IANA name")]
    task_id: Annotated[UUID, Meta(description="The `execution_id` that the run will have")]
    scheduled_by: Principal


class CampaignUnscheduledNews(PublishedEvent, frozen=True, kw_only=True):
    """A planned start was called off, by a person or because it was missed (`reason` is then `missed`)."""

    unscheduled_by: Principal
    unscheduled_at: At
    reason: Reason | None = None


class CampaignActivatedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign came to life: it is live, waits for its triggers, or for its next recurrence."""

    activated_at: At
    activated_by: Principal


class CampaignStartedNews(PublishedEvent, frozen=True, kw_only=True):
    """A run of a campaign begins; delivery executes it under `execution_id`."""

    execution_id: ExecutionId
    kind: RunKind
    planned_for: Annotated[datetime, Meta(tz=True, description="The instant it was meant for")]
    started_at: At
    started_by: Principal
    audience_size: Annotated[
        People | None, Meta(description="As estimated at launch; null where nobody is addressed")
    ] = None


class CampaignPausedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign is held; nothing more is handed over until it resumes. `guardrail` says which limit held it."""

    paused_by: Principal
    paused_at: At
    messages_sent: Messages
    reason: Reason | None = None
    guardrail: GuardrailBreach | None = None


class CampaignResumedNews(PublishedEvent, frozen=True, kw_only=True):
    """A held campaign goes on, in the status it was paused from."""

    resumed_by: Principal
    resumed_at: At
    status: Status


class CampaignCompletedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign is finished. Totals are those of its last run, null where it had none."""

    completed_at: At
    completed_by: Principal
    execution_id: ExecutionId | None = None
    total_sent: Messages | None = None
    total_delivered: Messages | None = None


class CampaignCancelledNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign was ended without being finished."""

    cancelled_by: Principal
    cancelled_at: At
    reason: Reason


class CampaignDeletedNews(PublishedEvent, frozen=True, kw_only=True):
    """A campaign was removed; its name is free again."""

    deleted_by: Principal
    deleted_at: At


class CampaignSubmittedNews(PublishedEvent, frozen=True, kw_only=True):
    """A draft waits for approval."""

    submitted_by: Principal
    submitted_at: At


class CampaignApprovedNews(PublishedEvent, frozen=True, kw_only=True):
    """What a draft said at that moment was approved."""

    approved_by: Principal
    approved_at: At
    content_hash: Annotated[str, Meta(description="Of what was approved: a later change voids the approval")]


class CampaignRejectedNews(PublishedEvent, frozen=True, kw_only=True):
    """A draft was sent back to its authors."""

    rejected_by: Principal
    rejected_at: At
    reason: Reason


class CampaignWinnerDeclaredNews(PublishedEvent, frozen=True, kw_only=True):
    """The test of a run has a winner, by its figures (`automatic`) or by a person; whoever waited for it gets it."""

    execution_id: ExecutionId
    variant_id: VariantUuid
    variant: Annotated[str, Meta(description="Its name")]
    method: Literal["automatic", "manual"]
    declared_by: Principal
    declared_at: At
    finding: Finding


class CampaignNoWinnerNews(PublishedEvent, frozen=True, kw_only=True):
    """The test of a run ended without a winner; `fallback` says what those who waited get.

    Nothing (`control`), the `best` so far, or they go on waiting for a person to decide (`wait`).
    """

    execution_id: ExecutionId
    fallback: Fallback
    variant_id: Annotated[UUID | None, Meta(description="What the rest gets; null when that is nothing")]
    variant: Annotated[str | None, Meta(description="Its name")]
    ended_by: Principal
    ended_at: At
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

"""What delivery tells the world about executions. Names and shapes are for ever; fields are added with defaults."""

from datetime import datetime
from uuid import UUID

from campaigns.application.delivery.published_messages import MESSAGES
from campaigns.application.shared.published import PublishedCatalogue, PublishedEvent
from campaigns.domain.shared.guardrails import GuardrailBreach


class ExecutionStartedNews(PublishedEvent, frozen=True, kw_only=True):
    """The audience of a run is frozen and planned; `to_send` of `audience` people will be written to."""

    execution_id: UUID
    started_at: datetime
    audience: int
    holdout: int
    control: int
    skipped: int
    to_send: int


class ExecutionPausedNews(PublishedEvent, frozen=True, kw_only=True):
    """A run is held: by the service itself when `reason` is `budget_exhausted` or a `guardrail` is named."""

    execution_id: UUID
    paused_at: datetime
    paused_by: str
    reason: str | None = None
    guardrail: GuardrailBreach | None = None


class ExecutionResumedNews(PublishedEvent, frozen=True, kw_only=True):
    """A held run goes on."""

    execution_id: UUID
    resumed_at: datetime
    resumed_by: str


class ExecutionCompletedNews(PublishedEvent, frozen=True, kw_only=True):
    """Everybody of a run has an outcome: `audience` is the sum of the others."""

    execution_id: UUID
    completed_at: datetime
    audience: int
    holdout: int
    control: int
    skipped: int
    sent: int
    failed: int
    uncertain: int
    cancelled: int


class ExecutionFailedNews(PublishedEvent, frozen=True, kw_only=True):
    """A run could not begin or go on; `code` and `reason` say why."""

    execution_id: UUID
    failed_at: datetime
    code: str
    reason: str


class ExecutionCancelledNews(PublishedEvent, frozen=True, kw_only=True):
    """A run was ended early; who was waiting is not written to."""

    execution_id: UUID
    cancelled_at: datetime
    cancelled_by: str
    reason: str


PUBLISHED: PublishedCatalogue = {
    "campaign.execution.started": ExecutionStartedNews,
    "campaign.execution.paused": ExecutionPausedNews,
    "campaign.execution.resumed": ExecutionResumedNews,
    "campaign.execution.completed": ExecutionCompletedNews,
    "campaign.execution.failed": ExecutionFailedNews,
    "campaign.execution.cancelled": ExecutionCancelledNews,
    **MESSAGES,
}

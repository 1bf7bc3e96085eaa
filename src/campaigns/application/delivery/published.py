"""What delivery tells the world about executions. Names and shapes are for ever; fields are added with defaults."""

from typing import Annotated

from msgspec import Meta

from campaigns.application.delivery.published_messages import MESSAGES
from campaigns.application.shared.published import PublishedCatalogue, PublishedEvent
from campaigns.application.shared.published_fields import At, ExecutionId, People, Principal, Reason
from campaigns.domain.shared.guardrails import GuardrailBreach


class ExecutionStartedNews(PublishedEvent, frozen=True, kw_only=True):
    """The audience of a run is frozen and planned; `to_send` of `audience` people will be written to."""

    execution_id: ExecutionId
    started_at: At
    audience: People
    holdout: People
    control: People
    skipped: People
    to_send: People


class ExecutionPausedNews(PublishedEvent, frozen=True, kw_only=True):
    """A run is held: by the service itself when `reason` is `budget_exhausted` or a `guardrail` is named."""

    execution_id: ExecutionId
    paused_at: At
    paused_by: Principal
    reason: Reason | None = None
    guardrail: GuardrailBreach | None = None


class ExecutionResumedNews(PublishedEvent, frozen=True, kw_only=True):
    """A held run goes on."""

    execution_id: ExecutionId
    resumed_at: At
    resumed_by: Principal


class ExecutionCompletedNews(PublishedEvent, frozen=True, kw_only=True):
    """Everybody of a run has an outcome: `audience` is the sum of the others."""

    execution_id: ExecutionId
    completed_at: At
    audience: People
    holdout: People
    control: People
    skipped: People
    sent: People
    failed: People
    uncertain: People
    cancelled: People


class ExecutionFailedNews(PublishedEvent, frozen=True, kw_only=True):
    """A run could not begin or go on; `code` and `reason` say why."""

    execution_id: ExecutionId
    failed_at: At
    code: Annotated[str, Meta(description="As the `code` of a refusal over REST, e.g. `audience.empty_segment`")]
    reason: Reason


class ExecutionCancelledNews(PublishedEvent, frozen=True, kw_only=True):
    """A run was ended early; who was waiting is not written to."""

    execution_id: ExecutionId
    cancelled_at: At
    cancelled_by: Principal
    reason: Reason


PUBLISHED: PublishedCatalogue = {
    "campaign.execution.started": ExecutionStartedNews,
    "campaign.execution.paused": ExecutionPausedNews,
    "campaign.execution.resumed": ExecutionResumedNews,
    "campaign.execution.completed": ExecutionCompletedNews,
    "campaign.execution.failed": ExecutionFailedNews,
    "campaign.execution.cancelled": ExecutionCancelledNews,
    **MESSAGES,
}

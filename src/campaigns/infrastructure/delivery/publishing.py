"""From recorded facts to what the world is told."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import asdict

from campaigns.application.delivery import published as news
from campaigns.application.shared.published import PublishedEvent
from campaigns.domain.delivery import events
from campaigns.infrastructure.eventstore.recorded import Recorded


def translate(recorded: Recorded) -> PublishedEvent | None:
    """The news in a recorded event; None for other contexts' events and for what concerns nobody else."""
    tell = _TOLD.get(type(recorded.payload))
    return tell(recorded, recorded.payload) if tell else None


def _started(recorded: Recorded, event: events.ExecutionStarted) -> PublishedEvent:
    totals = event.totals
    return news.ExecutionStartedNews(
        campaign_id=event.campaign_id,
        execution_id=recorded.originator_id,
        started_at=event.at,
        audience=totals.audience,
        holdout=totals.holdout,
        control=totals.control,
        skipped=totals.skipped,
        to_send=totals.to_send,
    )


def _paused(recorded: Recorded, event: events.ExecutionPaused) -> PublishedEvent:
    return news.ExecutionPausedNews(
        campaign_id=event.campaign_id,
        execution_id=recorded.originator_id,
        paused_at=event.at,
        paused_by=event.by,
        reason=event.reason,
        guardrail=event.guardrail,
    )


def _resumed(recorded: Recorded, event: events.ExecutionResumed) -> PublishedEvent:
    return news.ExecutionResumedNews(
        campaign_id=event.campaign_id,
        execution_id=recorded.originator_id,
        resumed_at=event.at,
        resumed_by=event.by,
    )


def _completed(recorded: Recorded, event: events.ExecutionCompleted) -> PublishedEvent:
    return news.ExecutionCompletedNews(
        campaign_id=event.campaign_id,
        execution_id=recorded.originator_id,
        completed_at=event.at,
        **asdict(event.totals),
    )


def _failed(recorded: Recorded, event: events.ExecutionFailed) -> PublishedEvent:
    return news.ExecutionFailedNews(
        campaign_id=event.campaign_id,
        execution_id=recorded.originator_id,
        failed_at=event.at,
        code=event.code,
        reason=event.reason,
    )


def _cancelled(recorded: Recorded, event: events.ExecutionCancelled) -> PublishedEvent:
    return news.ExecutionCancelledNews(
        campaign_id=event.campaign_id,
        execution_id=recorded.originator_id,
        cancelled_at=event.at,
        cancelled_by=event.by,
        reason=event.reason,
    )


_TOLD: dict[type, Callable[[Recorded, Any], PublishedEvent]] = {
    events.ExecutionStarted: _started,
    events.ExecutionPaused: _paused,
    events.ExecutionResumed: _resumed,
    events.ExecutionCompleted: _completed,
    events.ExecutionFailed: _failed,
    events.ExecutionCancelled: _cancelled,
}

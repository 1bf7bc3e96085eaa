"""From recorded facts to what the world is told."""

from functools import partial

from msgspec.structs import asdict

from campaigns.application.delivery import published as news
from campaigns.application.shared.published import PublishedEvent
from campaigns.domain.delivery import events
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.eventstore.translating import retold, translation


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


def _completed(recorded: Recorded, event: events.ExecutionCompleted) -> PublishedEvent:
    return news.ExecutionCompletedNews(
        campaign_id=event.campaign_id,
        execution_id=recorded.originator_id,
        completed_at=event.at,
        **asdict(event.totals),
    )


_retold = partial(retold, stream="execution_id")

translate = translation(
    {
        events.ExecutionStarted: _started,
        events.ExecutionPaused: _retold(news.ExecutionPausedNews, at="paused_at", by="paused_by"),
        events.ExecutionResumed: _retold(news.ExecutionResumedNews, at="resumed_at", by="resumed_by"),
        events.ExecutionCompleted: _completed,
        events.ExecutionFailed: _retold(news.ExecutionFailedNews, at="failed_at"),
        events.ExecutionCancelled: _retold(news.ExecutionCancelledNews, at="cancelled_at", by="cancelled_by"),
    }
)
"""The news in a recorded event; None for other contexts' events and for what concerns nobody else."""

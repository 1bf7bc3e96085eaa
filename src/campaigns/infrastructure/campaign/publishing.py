"""From recorded facts to what the world is told."""

from functools import partial

from campaigns.application.campaign import published as news
from campaigns.application.shared.published import PublishedEvent
from campaigns.domain.campaign import events
from campaigns.domain.campaign.planning import planned_execution_id
from campaigns.domain.campaign.values import Status
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.eventstore.translating import retold, translation


def _created(recorded: Recorded, event: events.CampaignCreated) -> PublishedEvent:
    return news.CampaignCreatedNews(
        campaign_id=recorded.originator_id,
        name=event.definition.name,
        type=event.definition.type,
        mode=event.definition.mode,
        status=Status.DRAFT,
        created_by=event.by,
        organization_id=event.tenant_id,
        created_at=event.at,
        cloned_from=event.cloned_from,
    )


def _updated(recorded: Recorded, event: events.CampaignUpdated) -> PublishedEvent:
    return news.CampaignUpdatedNews(
        campaign_id=recorded.originator_id,
        changed_fields=tuple(event.changes),
        changes={name: {"old": change.old, "new": change.new} for name, change in event.changes.items()},
        updated_by=event.by,
        updated_at=event.at,
    )


def _scheduled(recorded: Recorded, event: events.CampaignScheduled) -> PublishedEvent:
    return news.CampaignScheduledNews(
        campaign_id=recorded.originator_id,
        scheduled_at=event.scheduled_for,
        timezone=event.timezone,
        task_id=planned_execution_id(recorded.originator_id, event.scheduled_for),
        scheduled_by=event.by,
    )


def _resumed(recorded: Recorded, event: events.CampaignResumed) -> PublishedEvent:
    return news.CampaignResumedNews(
        campaign_id=recorded.originator_id, resumed_by=event.by, resumed_at=event.at, status=event.resumed_to
    )


def _completed(recorded: Recorded, event: events.CampaignCompleted) -> PublishedEvent:
    return news.CampaignCompletedNews(
        campaign_id=recorded.originator_id,
        completed_at=event.at,
        completed_by=event.by,
        execution_id=event.execution_id,
        total_sent=event.totals.sent if event.totals else None,
        total_delivered=event.totals.delivered if event.totals else None,
    )


_retold = partial(retold, stream="campaign_id")

translate = translation(
    {
        events.CampaignCreated: _created,
        events.CampaignUpdated: _updated,
        events.CampaignScheduled: _scheduled,
        events.CampaignUnscheduled: _retold(news.CampaignUnscheduledNews, at="unscheduled_at", by="unscheduled_by"),
        events.CampaignActivated: _retold(news.CampaignActivatedNews, at="activated_at", by="activated_by"),
        events.CampaignStarted: _retold(news.CampaignStartedNews, at="started_at", by="started_by"),
        events.CampaignPaused: _retold(news.CampaignPausedNews, at="paused_at", by="paused_by"),
        events.CampaignResumed: _resumed,
        events.CampaignCompleted: _completed,
        events.CampaignCancelled: _retold(news.CampaignCancelledNews, at="cancelled_at", by="cancelled_by"),
        events.CampaignDeleted: _retold(news.CampaignDeletedNews, at="deleted_at", by="deleted_by"),
        events.CampaignSubmitted: _retold(news.CampaignSubmittedNews, at="submitted_at", by="submitted_by"),
        events.CampaignApproved: _retold(news.CampaignApprovedNews, at="approved_at", by="approved_by"),
        events.CampaignRejected: _retold(news.CampaignRejectedNews, at="rejected_at", by="rejected_by"),
        events.CampaignWinnerDeclared: _retold(news.CampaignWinnerDeclaredNews, at="declared_at", by="declared_by"),
        events.CampaignWinnerNotFound: _retold(news.CampaignNoWinnerNews, at="ended_at", by="ended_by"),
    }
)
"""The news in a recorded event; None for other contexts' events and for what concerns nobody else."""

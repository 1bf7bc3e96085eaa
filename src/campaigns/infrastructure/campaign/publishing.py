"""From recorded facts to what the world is told."""

from collections.abc import Callable
from typing import Any

from campaigns.application.campaign import published as news
from campaigns.application.shared.published import PublishedEvent
from campaigns.domain.campaign import events
from campaigns.domain.campaign.planning import planned_execution_id
from campaigns.domain.campaign.values import Status
from campaigns.infrastructure.eventstore.recorded import Recorded


def translate(recorded: Recorded) -> PublishedEvent | None:
    """The news in a recorded event; None for other contexts' events and for what concerns nobody else."""
    tell = _TOLD.get(type(recorded.payload))
    return tell(recorded, recorded.payload) if tell else None


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


def _unscheduled(recorded: Recorded, event: events.CampaignUnscheduled) -> PublishedEvent:
    return news.CampaignUnscheduledNews(
        campaign_id=recorded.originator_id, unscheduled_by=event.by, unscheduled_at=event.at, reason=event.reason
    )


def _activated(recorded: Recorded, event: events.CampaignActivated) -> PublishedEvent:
    return news.CampaignActivatedNews(campaign_id=recorded.originator_id, activated_at=event.at, activated_by=event.by)


def _started(recorded: Recorded, event: events.CampaignStarted) -> PublishedEvent:
    return news.CampaignStartedNews(
        campaign_id=recorded.originator_id,
        execution_id=event.execution_id,
        kind=event.kind,
        planned_for=event.planned_for,
        started_at=event.at,
        started_by=event.by,
        audience_size=event.audience_size,
    )


def _paused(recorded: Recorded, event: events.CampaignPaused) -> PublishedEvent:
    return news.CampaignPausedNews(
        campaign_id=recorded.originator_id,
        paused_by=event.by,
        paused_at=event.at,
        messages_sent=event.messages_sent,
        reason=event.reason,
        guardrail=event.guardrail,
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


def _cancelled(recorded: Recorded, event: events.CampaignCancelled) -> PublishedEvent:
    return news.CampaignCancelledNews(
        campaign_id=recorded.originator_id, cancelled_by=event.by, cancelled_at=event.at, reason=event.reason
    )


def _deleted(recorded: Recorded, event: events.CampaignDeleted) -> PublishedEvent:
    return news.CampaignDeletedNews(campaign_id=recorded.originator_id, deleted_by=event.by, deleted_at=event.at)


def _submitted(recorded: Recorded, event: events.CampaignSubmitted) -> PublishedEvent:
    return news.CampaignSubmittedNews(campaign_id=recorded.originator_id, submitted_by=event.by, submitted_at=event.at)


def _approved(recorded: Recorded, event: events.CampaignApproved) -> PublishedEvent:
    return news.CampaignApprovedNews(
        campaign_id=recorded.originator_id, approved_by=event.by, approved_at=event.at, content_hash=event.content_hash
    )


def _rejected(recorded: Recorded, event: events.CampaignRejected) -> PublishedEvent:
    return news.CampaignRejectedNews(
        campaign_id=recorded.originator_id, rejected_by=event.by, rejected_at=event.at, reason=event.reason
    )


def _winner_declared(recorded: Recorded, event: events.CampaignWinnerDeclared) -> PublishedEvent:
    return news.CampaignWinnerDeclaredNews(
        campaign_id=recorded.originator_id,
        execution_id=event.execution_id,
        variant_id=event.variant_id,
        variant=event.variant,
        method=event.method,
        declared_by=event.by,
        declared_at=event.at,
        finding=event.finding,
    )


def _winner_not_found(recorded: Recorded, event: events.CampaignWinnerNotFound) -> PublishedEvent:
    return news.CampaignNoWinnerNews(
        campaign_id=recorded.originator_id,
        execution_id=event.execution_id,
        fallback=event.fallback,
        variant_id=event.variant_id,
        variant=event.variant,
        ended_by=event.by,
        ended_at=event.at,
        finding=event.finding,
    )


_TOLD: dict[type, Callable[[Recorded, Any], PublishedEvent]] = {
    events.CampaignCreated: _created,
    events.CampaignUpdated: _updated,
    events.CampaignScheduled: _scheduled,
    events.CampaignUnscheduled: _unscheduled,
    events.CampaignActivated: _activated,
    events.CampaignStarted: _started,
    events.CampaignPaused: _paused,
    events.CampaignResumed: _resumed,
    events.CampaignCompleted: _completed,
    events.CampaignCancelled: _cancelled,
    events.CampaignDeleted: _deleted,
    events.CampaignSubmitted: _submitted,
    events.CampaignApproved: _approved,
    events.CampaignRejected: _rejected,
    events.CampaignWinnerDeclared: _winner_declared,
    events.CampaignWinnerNotFound: _winner_not_found,
}

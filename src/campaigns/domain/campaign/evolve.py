"""What each recorded fact makes of a campaign. Nothing is refused here: what happened, happened."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from campaigns.domain.campaign.campaign import Campaign
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
    CampaignSharesDrawn,
    CampaignStarted,
    CampaignSubmitted,
    CampaignUnscheduled,
    CampaignUpdated,
    CampaignWinnerDeclared,
    CampaignWinnerNotFound,
)
from campaigns.domain.campaign.revision import changed, rescheduled
from campaigns.domain.campaign.values import Approval, Decided, DrawnShares, ExperimentOutcome, Mode, Status
from campaigns.domain.shared.ids import CampaignId, TenantId

Effect = dict[str, Any]
"""Fields of the campaign with their new values."""


def evolve(campaign: Campaign | None, event: CampaignEvent) -> Campaign:
    """The campaign after the event; None before its first."""
    if isinstance(event, CampaignCreated):
        return _born(event)
    if campaign is None:
        raise LookupError(f"a stream begins with CampaignCreated, not {type(event).__name__}")
    return replace(
        campaign, version=campaign.version + 1, updated_at=event.at, **_EFFECTS[type(event)](campaign, event)
    )


def _born(event: CampaignCreated) -> Campaign:
    return Campaign(
        id=CampaignId(event.campaign_id),
        tenant_id=TenantId(event.tenant_id),
        version=1,
        definition=event.definition,
        created_by=event.by,
        created_at=event.at,
        updated_at=event.at,
        authors=frozenset({event.by}),
        cloned_from=event.cloned_from,
    )


def _updated(campaign: Campaign, event: CampaignUpdated) -> Effect:
    return {
        "definition": changed(campaign.definition, event.changes),
        "approval": Approval.NONE,
        "approved_content": None,
        "authors": campaign.authors | {event.by},
    }


def _scheduled(campaign: Campaign, event: CampaignScheduled) -> Effect:
    planned = rescheduled(campaign.definition, event.scheduled_for, event.timezone)
    return {"status": Status.SCHEDULED, "definition": planned}


def _unscheduled(_: Campaign, event: CampaignUnscheduled) -> Effect:
    return {"status": Status.DRAFT, "reason": event.reason}


def _activated(_: Campaign, event: CampaignActivated) -> Effect:
    return {"status": Status.ACTIVE, "activated_at": event.at, "launched": True}


def _started(campaign: Campaign, event: CampaignStarted) -> Effect:
    one_time = campaign.definition.mode is Mode.ONE_TIME
    manual = event.kind == "manual"
    return {
        "status": Status.RUNNING if one_time else campaign.status,
        "execution_id": event.execution_id,
        "last_planned": campaign.last_planned if manual else event.planned_for,
        "launched": True,
    }


def _occurrence_skipped(_: Campaign, event: CampaignOccurrenceSkipped) -> Effect:
    return {"last_planned": event.planned_for}


def _paused(_: Campaign, event: CampaignPaused) -> Effect:
    return {"status": Status.PAUSED, "paused_from": event.paused_from, "reason": event.reason}


def _resumed(_: Campaign, event: CampaignResumed) -> Effect:
    return {"status": event.resumed_to, "reason": None}


def _completed(campaign: Campaign, event: CampaignCompleted) -> Effect:
    execution_id = event.execution_id or campaign.execution_id
    return {"status": Status.COMPLETED, "totals": event.totals, "execution_id": execution_id, "reason": None}


def _cancelled(_: Campaign, event: CampaignCancelled) -> Effect:
    return {"status": Status.CANCELLED, "reason": event.reason}


def _deleted(_: Campaign, __: CampaignDeleted) -> Effect:
    return {"deleted": True}


def _submitted(_: Campaign, __: CampaignSubmitted) -> Effect:
    return {"approval": Approval.PENDING}


def _approved(_: Campaign, event: CampaignApproved) -> Effect:
    return {"approval": Approval.APPROVED, "approved_content": event.content_hash, "authors": frozenset()}


def _rejected(_: Campaign, event: CampaignRejected) -> Effect:
    return {"approval": Approval.REJECTED, "reason": event.reason}


def _winner_declared(campaign: Campaign, event: CampaignWinnerDeclared) -> Effect:
    return _test_ended(campaign, event, "winner")


def _winner_not_found(campaign: Campaign, event: CampaignWinnerNotFound) -> Effect:
    return _test_ended(campaign, event, event.fallback)


def _test_ended(campaign: Campaign, event: CampaignWinnerDeclared | CampaignWinnerNotFound, ended: Decided) -> Effect:
    outcome = ExperimentOutcome(
        ended=ended,
        variant_id=event.variant_id,
        variant=event.variant,
        at=event.at,
        by=event.by,
        finding=event.finding,
    )
    return {"tests": {**campaign.tests, event.execution_id: outcome}}


def _shares_drawn(_: Campaign, event: CampaignSharesDrawn) -> Effect:
    return {"drawn": DrawnShares(version=event.version, at=event.at, shares=event.shares)}


_EFFECTS: dict[type[Any], Callable[[Campaign, Any], Effect]] = {
    CampaignUpdated: _updated,
    CampaignScheduled: _scheduled,
    CampaignUnscheduled: _unscheduled,
    CampaignActivated: _activated,
    CampaignStarted: _started,
    CampaignOccurrenceSkipped: _occurrence_skipped,
    CampaignPaused: _paused,
    CampaignResumed: _resumed,
    CampaignCompleted: _completed,
    CampaignCancelled: _cancelled,
    CampaignDeleted: _deleted,
    CampaignSubmitted: _submitted,
    CampaignApproved: _approved,
    CampaignRejected: _rejected,
    CampaignSharesDrawn: _shares_drawn,
    CampaignWinnerDeclared: _winner_declared,
    CampaignWinnerNotFound: _winner_not_found,
}

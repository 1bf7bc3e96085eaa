"""What each recorded fact makes of a campaign. Nothing is refused here: what happened, happened."""

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
    CampaignStarted,
    CampaignSubmitted,
    CampaignUnscheduled,
    CampaignUpdated,
)
from campaigns.domain.campaign.revision import changed, rescheduled
from campaigns.domain.campaign.values import Approval, Mode, Status
from campaigns.domain.shared.ids import CampaignId, TenantId


def evolve(campaign: Campaign | None, event: CampaignEvent) -> Campaign:
    """The campaign after the event; None before its first."""
    if isinstance(event, CampaignCreated):
        return _born(event)
    if campaign is None:
        raise LookupError(f"a stream begins with CampaignCreated, not {type(event).__name__}")
    return replace(campaign, version=campaign.version + 1, updated_at=event.at, **_effect(campaign, event))


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


def _effect(campaign: Campaign, event: CampaignEvent) -> dict[str, Any]:
    match event:
        case CampaignUpdated():
            return {
                "definition": changed(campaign.definition, event.changes),
                "approval": Approval.NONE,
                "approved_content": None,
                "authors": campaign.authors | {event.by},
            }
        case CampaignSubmitted() | CampaignApproved() | CampaignRejected():
            return _after_review(event)
        case CampaignDeleted():
            return {"deleted": True}
        case _:
            return _course(campaign, event)


def _after_review(event: CampaignSubmitted | CampaignApproved | CampaignRejected) -> dict[str, Any]:
    match event:
        case CampaignSubmitted():
            return {"approval": Approval.PENDING}
        case CampaignApproved():
            return {"approval": Approval.APPROVED, "approved_content": event.content_hash, "authors": frozenset()}
        case CampaignRejected():
            return {"approval": Approval.REJECTED, "reason": event.reason}


def _course(campaign: Campaign, event: CampaignEvent) -> dict[str, Any]:
    match event:
        case CampaignScheduled():
            planned = rescheduled(campaign.definition, event.scheduled_for, event.timezone)
            return {"status": Status.SCHEDULED, "definition": planned}
        case CampaignUnscheduled():
            return {"status": Status.DRAFT, "reason": event.reason}
        case CampaignActivated():
            return {"status": Status.ACTIVE, "activated_at": event.at, "launched": True}
        case CampaignStarted():
            return _running(campaign, event)
        case CampaignOccurrenceSkipped():
            return {"last_planned": event.planned_for}
        case _:
            return _interruption(event)


def _running(campaign: Campaign, event: CampaignStarted) -> dict[str, Any]:
    one_time = campaign.definition.mode is Mode.ONE_TIME
    manual = event.kind == "manual"
    return {
        "status": Status.RUNNING if one_time else campaign.status,
        "execution_id": event.execution_id,
        "last_planned": campaign.last_planned if manual else event.planned_for,
        "launched": True,
    }


def _interruption(event: CampaignEvent) -> dict[str, Any]:
    match event:
        case CampaignPaused():
            return {"status": Status.PAUSED, "paused_from": event.paused_from, "reason": event.reason}
        case CampaignResumed():
            return {"status": event.resumed_to, "reason": None}
        case CampaignCompleted():
            return {"status": Status.COMPLETED, "totals": event.totals}
        case CampaignCancelled():
            return {"status": Status.CANCELLED, "reason": event.reason}
        case _:
            return {}

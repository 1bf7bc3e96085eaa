"""What people are shown of a campaign."""

from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.draft import DefinitionDraft
from campaigns.domain.campaign.transitions import Action
from campaigns.domain.campaign.values import Approval, Status, Totals
from campaigns.domain.shared.ids import RuleId, TenantId


class CampaignView(DefinitionDraft, frozen=True, kw_only=True):
    """The definition as it was written, and where the campaign stands. Fields will be added."""

    id: UUID
    tenant_id: TenantId
    version: int
    status: Status
    approval: Approval
    targeting_rules: tuple[RuleId, ...]
    created_by: str
    created_at: datetime
    updated_at: datetime
    allowed_actions: tuple[Action, ...]
    status_reason: str | None
    execution_id: UUID | None
    cloned_from: UUID | None
    totals: Totals | None
    metrics: dict[str, Any]


def view_of(campaign: Campaign, metrics: dict[str, Any]) -> CampaignView:
    draft = DefinitionDraft.of(campaign.definition)
    return CampaignView(
        **{name: getattr(draft, name) for name in draft.__struct_fields__},
        id=campaign.id,
        tenant_id=campaign.tenant_id,
        version=campaign.version,
        status=campaign.status,
        approval=campaign.approval,
        targeting_rules=campaign.definition.audience.targeting_rules,
        created_by=campaign.created_by,
        created_at=campaign.created_at,
        updated_at=campaign.updated_at,
        allowed_actions=campaign.allowed_actions(),
        status_reason=campaign.reason,
        execution_id=campaign.execution_id,
        cloned_from=campaign.cloned_from,
        totals=campaign.totals,
        metrics=metrics,
    )

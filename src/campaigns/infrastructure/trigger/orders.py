"""What a campaign's triggers say, translated from the campaign."""

from decimal import Decimal

import msgspec

from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.ports import Ids
from campaigns.application.trigger.ports import DueCampaign
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.values import Mode, Status
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.domain.trigger.rules import TriggerOrders, WrittenTrigger

PRINCIPAL = "system:triggers"


def orders_of(campaign: Campaign) -> TriggerOrders:
    definition = campaign.definition
    return TriggerOrders(
        zone=definition.zone(),
        starts_at=definition.start_date,
        holdout_percentage=Decimal(str(definition.holdout_percentage)),
        audience=msgspec.to_builtins(definition.audience),
        triggers=msgspec.convert(msgspec.to_builtins(definition.triggers), tuple[WrittenTrigger, ...]),
    )


def listens(campaign: Campaign) -> bool:
    """Whether its triggers are in the books: a paused one is, so that the history can say that it was disabled."""
    in_life = campaign.status in (Status.ACTIVE, Status.PAUSED) and not campaign.deleted
    return in_life and campaign.definition.mode is Mode.TRIGGERED


class CampaignsPresentOrders:
    """`PresentOrders` from the campaigns themselves."""

    def __init__(self, campaigns: Campaigns, ids: Ids) -> None:
        self._campaigns = campaigns
        self._ids = ids

    async def of(self, campaign: DueCampaign) -> TriggerOrders | None:
        known = await self._campaigns.newest(campaign.campaign_id, system_caller(campaign.tenant_id, self._ids))
        return orders_of(known) if known.status is Status.ACTIVE else None


class RecordedOrders:
    """`WrittenOrders` from the campaigns themselves."""

    def __init__(self, campaigns: Campaigns) -> None:
        self._campaigns = campaigns

    async def of(self, campaign_id: CampaignId, caller: Caller) -> TriggerOrders:
        return orders_of(await self._campaigns.get(campaign_id, caller))


def system_caller(tenant_id: TenantId, ids: Ids) -> Caller:
    command_id = ids.new()
    return Caller(
        tenant_id=tenant_id,
        principal=PRINCIPAL,
        scopes=frozenset({Scope.OPERATE}),
        command_id=command_id,
        correlation_id=str(command_id),
    )

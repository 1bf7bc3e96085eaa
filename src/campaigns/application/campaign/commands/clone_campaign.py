"""Begin a new draft from another campaign's definition."""

from uuid import UUID

from campaigns.application.campaign.ports import Campaigns, Limits
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.campaign.campaign import create


class CloneCampaign(Command, frozen=True, kw_only=True):
    """Without a `name` the clone is called after its origin."""

    campaign_id: UUID
    name: str | None = None


class CloneCampaignHandler:
    def __init__(self, campaigns: Campaigns, limits: Limits, clock: Clock, ids: Ids) -> None:
        self._campaigns = campaigns
        self._limits = limits
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: CloneCampaign) -> Receipt:
        caller = command.caller
        original = await self._campaigns.get(command.campaign_id, caller)
        events = create(
            self._ids.new(),
            caller.tenant_id,
            original.cloned_definition(command.name, self._ids.new),
            await self._limits.of(caller),
            at=self._clock.now(),
            by=caller.principal,
            cloned_from=original.id,
        )
        return await self._campaigns.record(None, events, caller)

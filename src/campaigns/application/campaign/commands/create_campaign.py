"""Begin a campaign as a draft."""

from campaigns.application.campaign.ports import Campaigns, Limits
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.campaign.campaign import create
from campaigns.domain.campaign.draft import DefinitionDraft


class CreateCampaign(Command, frozen=True, kw_only=True):
    draft: DefinitionDraft


class CreateCampaignHandler:
    def __init__(self, campaigns: Campaigns, limits: Limits, clock: Clock, ids: Ids) -> None:
        self._campaigns = campaigns
        self._limits = limits
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: CreateCampaign) -> Receipt:
        caller = command.caller
        events = create(
            self._ids.new(),
            caller.tenant_id,
            command.draft.definition(self._ids.new),
            await self._limits.of(caller),
            at=self._clock.now(),
            by=caller.principal,
        )
        return await self._campaigns.record(None, events, caller)

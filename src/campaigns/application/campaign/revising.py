"""One way for every change of a definition: load, revise, decide, record."""

from collections.abc import Callable
from uuid import UUID

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Campaigns, Limits
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.transitions import Action

Revision = Callable[[Definition, Callable[[], UUID]], Definition]
"""From the present definition (and a source of new ids) to the wanted one."""


class Revising:
    def __init__(self, campaigns: Campaigns, limits: Limits, clock: Clock, ids: Ids) -> None:
        self._campaigns = campaigns
        self._limits = limits
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: CampaignCommand, revise: Revision) -> Receipt:
        caller = command.caller
        campaign = await self._campaigns.get(command.campaign_id, caller, command.expected_version)
        campaign.require(Action.UPDATE)
        wanted = revise(campaign.definition, self._ids.new)
        limits = await self._limits.of(caller)
        events = campaign.update(wanted, limits, at=self._clock.now(), by=caller.principal)
        return await self._campaigns.record(campaign, events, caller)

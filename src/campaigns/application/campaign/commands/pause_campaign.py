"""Hold a campaign where it is; what was handed over so far is noted."""

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import CampaignFigures, Campaigns
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.transitions import Action
from campaigns.domain.shared.guardrails import GuardrailBreach


class PauseCampaign(CampaignCommand, frozen=True, kw_only=True):
    reason: str | None = None
    guardrail: GuardrailBreach | None = None


class PauseCampaignHandler:
    def __init__(self, campaigns: Campaigns, figures: CampaignFigures, clock: Clock) -> None:
        self._campaigns = campaigns
        self._figures = figures
        self._clock = clock

    async def __call__(self, command: PauseCampaign) -> Receipt:
        campaign = await self._campaigns.get(command.campaign_id, command.caller, command.expected_version)
        campaign.require(Action.PAUSE)
        sent = await self._figures.sent(campaign.id, command.caller) if campaign.execution_id else 0
        events = campaign.pause(
            command.reason, sent, at=self._clock.now(), by=command.caller.principal, guardrail=command.guardrail
        )
        return await self._campaigns.record(campaign, events, command.caller)

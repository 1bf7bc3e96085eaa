"""A dry run of triggers over events of the past: nothing is decided, counted or sent."""

from datetime import datetime

from campaigns.application.shared.messages import Query
from campaigns.application.trigger.past_answers import Replaying
from campaigns.application.trigger.replaying import Replayed
from campaigns.domain.shared.ids import CampaignId
from campaigns.domain.trigger.rules import WrittenTrigger


class ReplayTriggers(Query, frozen=True, kw_only=True):
    """`triggers` in place of the campaign's own; None: its own. Without instants the last seven days."""

    campaign_id: CampaignId
    triggers: tuple[WrittenTrigger, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


class ReplayTriggersHandler:
    def __init__(self, replaying: Replaying) -> None:
        self._replaying = replaying

    async def __call__(self, query: ReplayTriggers) -> Replayed:
        replay = await self._replaying.of(
            query.campaign_id, query.caller, triggers=query.triggers, since=query.since, until=query.until
        )
        return replay.found()

"""What triggers would have made of events of the past, over REST."""

from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.trigger.queries.replay_triggers import ReplayTriggers
from campaigns.application.trigger.replaying import Replayed
from campaigns.domain.campaign.draft import TriggerDraft
from campaigns.domain.campaign.trigger_rules import breaches
from campaigns.domain.shared.errors import InvalidError
from campaigns.domain.shared.ids import CampaignId
from campaigns.domain.trigger.rules import WrittenTrigger
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.wire import Body, UtcInstant


class ReplayBody(Body, frozen=True, kw_only=True):
    """Drafts in place of the campaign's own triggers; the last seven days when nothing else is said."""

    triggers: Annotated[tuple[TriggerDraft, ...], Meta(min_length=1, max_length=20)] | None = None
    since: UtcInstant | None = None
    until: UtcInstant | None = None


class TriggerReplayController(Controller):
    path = "/campaigns/{campaign_id:uuid}/triggers/replay"

    @post("/", opt=needs(Scope.READ), operation_id="ReplayTriggers", status_code=200)
    async def replay(
        self,
        campaign_id: FromPath[UUID],
        data: JSONBody[ReplayBody],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> Replayed:
        """A dry run over events of the past: how many would have been answered, by reason and by day, with examples.
        Nothing is decided, counted or sent.
        """
        query = ReplayTriggers(
            caller=caller,
            campaign_id=CampaignId(campaign_id),
            triggers=None if data.triggers is None else _written(campaign_id, data.triggers),
            since=data.since,
            until=data.until,
        )
        found: Replayed = await bus(query)
        return found


def _written(campaign_id: UUID, drafts: tuple[TriggerDraft, ...]) -> tuple[WrittenTrigger, ...]:
    """Drafts without an id get one for the replay."""
    named = tuple(
        draft.trigger(draft.trigger_id or uuid5(campaign_id, f"replay:{place}")) for place, draft in enumerate(drafts)
    )
    if broken := breaches(named):
        raise InvalidError("The triggers cannot be replayed", broken)
    plain: Any = msgspec.to_builtins(named)
    return msgspec.convert(plain, tuple[WrittenTrigger, ...])

"""What triggers made of events, over REST."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.trigger.history import HistoryFilter, TriggerHistoryPage
from campaigns.application.trigger.queries.trigger_history import TriggerHistory
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import CampaignId
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.refusals import MalformedError
from campaigns.interfaces.rest.wire import Cursor, Filter, Limit

OfTrigger = Annotated[UUID | None, QueryParameter(description="Of one trigger alone")]
Reason = Annotated[str | None, QueryParameter(max_length=255, description="fired, waiting, or why not")]
Since = Annotated[datetime | None, QueryParameter(description="Events received at or after this instant")]
Until = Annotated[datetime | None, QueryParameter(description="Events received before this instant")]


class TriggerHistoryController(Controller):
    path = "/campaigns/{campaign_id:uuid}/triggers/history"

    @get("/", opt=needs(Scope.READ), operation_id="TriggerHistory")
    async def history(
        self,
        *,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        user_id: Filter = None,
        trigger_id: OfTrigger = None,
        reason: Reason = None,
        since: Since = None,
        until: Until = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> TriggerHistoryPage:
        """What became of every event of a type that a trigger names, newest first. A page may be short: go on while
        there is a `next_cursor`.
        """
        query = TriggerHistory(
            caller=caller,
            campaign_id=CampaignId(campaign_id),
            wanted=HistoryFilter(
                user_id=user_id,
                trigger_id=trigger_id,
                outcome=_outcome(reason),
                since=_aware("since", since),
                until=_aware("until", until),
            ),
            limit=limit,
            cursor=cursor,
        )
        page: TriggerHistoryPage = await bus(query)
        return page


def _outcome(name: str | None) -> Outcome | None:
    if name is None:
        return None
    found = next((outcome for outcome in Outcome if outcome.wire_name == name), None)
    if found is None:
        known = ", ".join(outcome.wire_name for outcome in Outcome)
        raise MalformedError("The reason is unknown", (Violation("/reason", f"must be one of {known}"),))
    return found


def _aware(name: str, instant: datetime | None) -> datetime | None:
    if instant is not None and instant.tzinfo is None:
        raise MalformedError("An instant needs its offset", (Violation(f"/{name}", "has no offset from UTC"),))
    return instant

"""What triggers would have made of events of the past."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.application.trigger.asking import Moment
from campaigns.domain.shared.ids import CampaignId
from campaigns.domain.trigger.rules import TriggerOrders


class ReplayedLine(Struct, frozen=True, kw_only=True):
    """One event as an example."""

    event_id: str
    user_id: str
    happened_at: datetime
    trigger_id: UUID
    outcome: str
    due_at: datetime | None


class ReplayedDay(Struct, frozen=True, kw_only=True):
    """Events received on that day (UTC), and how many of them a trigger would have answered."""

    day: date
    events: int
    fired: int


class Replayed(Struct, frozen=True, kw_only=True):
    """What would have happened. `complete` is false where there were more events than are looked at: the newest are.

    `fired` counts what would have been written, at once, after its delay or after quiet hours; `outcomes` counts by
    reason, each trigger's answer to each event. Audience and profiles are those of today, and limits begin empty.
    """

    since: datetime
    until: datetime
    events: int
    complete: bool
    fired: int
    people: int
    outcomes: dict[str, int]
    days: tuple[ReplayedDay, ...]
    examples: tuple[ReplayedLine, ...]


class PastEvents(Protocol):
    """Outside events that are kept."""

    def received(
        self, caller: Caller, event_types: Sequence[str], since: datetime, until: datetime, limit: int
    ) -> AsyncIterator[Sequence[Moment]]:
        """The newest `limit` of them, with the instants when they were received, ascending; some at a time."""


class WrittenOrders(Protocol):
    """What a campaign's triggers say, whether it is active or not."""

    async def of(self, campaign_id: CampaignId, caller: Caller) -> TriggerOrders:
        """NotFoundError."""

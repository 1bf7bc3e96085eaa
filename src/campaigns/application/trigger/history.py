"""The history of triggers, as it is asked for and shown."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.shared.ids import CampaignId
from campaigns.domain.trigger.outcomes import Outcome


class HistoryFilter(Struct, frozen=True, kw_only=True):
    """Every condition given must hold; `since` and `until` (excluded) bound when the event was received."""

    user_id: str | None = None
    trigger_id: UUID | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None


class TriggerHistoryLine(Struct, frozen=True, kw_only=True):
    """What one trigger made of one event. `reason` is delivery's own, where that decided; `due_at` when it acts, or
    acted; `execution_id` the run that the person was gathered for.
    """

    event_id: str
    event_type: str
    user_id: str
    happened_at: datetime
    evaluated_at: datetime
    trigger_id: UUID
    outcome: str
    reason: str | None = None
    due_at: datetime | None = None
    execution_id: UUID | None = None


class TriggerHistoryPage(Struct, frozen=True, kw_only=True):
    """A page may be short before the end: go on while there is a `next_cursor`."""

    history: tuple[TriggerHistoryLine, ...]
    next_cursor: str | None


class TriggerHistories(Protocol):
    """What triggers made of events, newest event first."""

    async def page(
        self, campaign_id: CampaignId, wanted: HistoryFilter, caller: Caller, *, limit: int, cursor: str | None
    ) -> TriggerHistoryPage:
        """Bounded work per page, however rare a match is. CampaignNotFound; InvalidError names /cursor."""

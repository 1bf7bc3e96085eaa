"""The campaigns themselves, and what happened to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.events import CampaignEvent


class Campaigns(Protocol):
    """The campaigns of the caller's tenant, deleted ones included."""

    async def get(self, campaign_id: UUID, caller: Caller, expected_version: int | None = None) -> Campaign:
        """The present state. NotFoundError; StaleVersionError when `expected_version` is no longer the present one."""

    async def newest(self, campaign_id: UUID, caller: Caller) -> Campaign:
        """Like `get`, and sees what any process recorded until now."""

    async def as_of(
        self, campaign_id: UUID, caller: Caller, *, version: int | None = None, at: datetime | None = None
    ) -> Campaign:
        """As it was after that version, or at that instant. NotFoundError when it did not exist yet."""

    async def record(self, before: Campaign | None, events: Sequence[CampaignEvent], caller: Caller) -> Receipt:
        """Record what was decided, and with it the claims on its name and on a running slot, all or nothing.

        ConflictError when somebody recorded first, NameTakenError, LimitError (too many run already).
        No events: nothing happens, and the receipt names the present version.
        """


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """One recorded fact, for people who ask who did what and when. `position` is its place in the feed."""

    version: int
    event: str
    at: datetime
    by: str
    position: int
    correlation_id: str
    causation_id: str | None
    details: Any


class CampaignHistory(Protocol):
    """What happened to a campaign."""

    async def entries(self, campaign_id: UUID, caller: Caller) -> Sequence[HistoryEntry]:
        """Everything, oldest first. NotFoundError."""

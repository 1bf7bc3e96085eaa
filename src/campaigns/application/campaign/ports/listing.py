"""Lists of campaigns."""

from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.values import Mode, Status
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId


class CampaignSummary(Struct, frozen=True, kw_only=True):
    """One line of a list."""

    id: CampaignId
    name: str
    description: str | None
    type: str
    mode: Mode
    status: Status
    approval: str
    version: int
    channels: tuple[str, ...]
    tags: tuple[str, ...]
    start_date: datetime | None
    end_date: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime


SortField = Literal["created_at", "updated_at", "name", "start_date", "status"]


class CampaignFilter(Struct, frozen=True, kw_only=True):
    """Every condition given must hold; several values of one condition are alternatives. `search` is part of a text."""

    statuses: tuple[Status, ...] = ()
    types: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()
    channels: tuple[ChannelType, ...] = ()
    tags: tuple[str, ...] = ()
    created_by: str | None = None
    search: str | None = None


class CampaignPage(Struct, frozen=True, kw_only=True):
    """`total` counts everything that matches; `next_cursor` is None on the last page."""

    campaigns: tuple[CampaignSummary, ...]
    total: int
    has_more: bool
    next_cursor: str | None


class CampaignListing(Protocol):
    """Lists of campaigns, at most a second behind; deleted ones are not shown."""

    async def page(
        self,
        caller: Caller,
        wanted: CampaignFilter,
        *,
        sort: SortField,
        descending: bool,
        limit: int,
        offset: int,
        cursor: str | None,
    ) -> CampaignPage:
        """One page. InvalidError naming /cursor when it was not made for this sort."""

"""Campaigns as they are after each of their events, for followers that need more than the event says."""

from collections import OrderedDict
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from psycopg import AsyncCursor

from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.evolve import evolve
from campaigns.infrastructure.campaign.topics import TOPICS
from campaigns.infrastructure.eventstore import statements
from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.recorded import Recorded

REMEMBERED = 2_000

_ORDERED = (statements.HISTORY + " order by originator_version").encode()


class FollowedCampaigns:
    """What it remembers only saves reading: versions must join up."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, Campaign] = OrderedDict()
        self._mapper = MsgspecMapper(TOPICS)

    @staticmethod
    def concerns(recorded: Recorded) -> bool:
        """Whether the event is a campaign's."""
        return type(recorded.payload) in TOPICS.classes.values()

    async def after(self, cursor: AsyncCursor[Any], recorded: Recorded) -> Campaign:
        """The campaign after one of its events."""
        before = self._known.pop(recorded.originator_id, None)
        if recorded.originator_version > 1 and (before is None or before.version != recorded.originator_version - 1):
            before = await self._read(cursor, recorded)
        campaign = evolve(None if recorded.originator_version == 1 else before, recorded.payload)
        self._known[campaign.id] = campaign
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return campaign

    async def _read(self, cursor: AsyncCursor[Any], recorded: Recorded) -> Campaign | None:
        before = recorded.originator_version - 1
        rows = await cursor.execute(_ORDERED, {"id": recorded.originator_id, "gt": 0, "lte": before}, binary=True)
        campaign: Campaign | None = None
        for position, *stored in await rows.fetchall():
            campaign = evolve(campaign, self._mapper.to_recorded(StoredEvent(*stored), position).payload)
        return campaign

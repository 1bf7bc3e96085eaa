"""Whom triggers gathered for a run, decided as everybody else is: suppressions, caps, holdout, variants.

Nobody is left out because somebody else has the same address: what a trigger says is about one person's own event.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from campaigns.application.audience.ports import AudienceOrder, ProfileSource, RecentContacts, SuppressedPeople
from campaigns.application.delivery.running import GatheredPeople
from campaigns.domain.audience.standing import standing_of
from campaigns.domain.shared.ids import ExecutionId, UserId
from campaigns.infrastructure.audience.deciding import SCHEMA, Deciding, withheld_from_all
from campaigns.infrastructure.audience.shared_addresses import ways

_UNSAID = (0, 0)
_AT_ONCE = 1_000


class GatheredAudiences:
    """Reads people one by one: they are few."""

    def __init__(
        self, gathered: GatheredPeople, source: ProfileSource, suppressed: SuppressedPeople, contacts: RecentContacts
    ) -> None:
        self._gathered = gathered
        self._source = source
        self._suppressed = suppressed
        self._contacts = contacts

    async def of(self, order: AudienceOrder, execution_id: ExecutionId) -> Any:
        """The run's people: one Arrow record batch, as `Audiences` gives them."""
        return await self.decided(order, await self._gathered.of(execution_id, order.tenant_id))

    async def decided(self, order: AudienceOrder, named: Sequence[str]) -> Any:
        """These people, each once, ascending by the bytes of their id."""
        if not named:
            return pa.RecordBatch.from_pylist([], schema=SCHEMA)
        standings = await self._standings(order, [UserId(user_id) for user_id in named])
        user_ids = pa.array(named, pa.string())
        caps = order.frequency_caps
        contacts = await self._contacts.within(order.tenant_id, caps, order.now) if caps else None
        standing = pa.array(standings, pa.int64())
        if contacts:
            standing = withheld_from_all(standing, await contacts.capped(user_ids))
        return Deciding(order)(user_ids, standing)

    async def _standings(self, order: AudienceOrder, user_ids: list[UserId]) -> list[int]:
        said = await self._suppressed.standings(order.tenant_id, user_ids)
        channels = tuple(ways(order))
        found: list[int] = []
        for first in range(0, len(user_ids), _AT_ONCE):
            some = user_ids[first : first + _AT_ONCE]
            profiles = await self._source.fetch(order.tenant_id, some)
            pairs = zip(some, profiles, strict=True)
            found += [standing_of(channels, profile, *said.get(user_id, _UNSAID)) for user_id, profile in pairs]
        return found

"""Works off erasures: many people of a tenant at once, place by place."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

import structlog

from campaigns.application.audience.erasing import Erasure
from campaigns.application.audience.ports import ProfileSource
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock, Pulse
from campaigns.domain.audience.erasure import LOOKS, Forgotten, pseudonym, traces_of
from campaigns.domain.shared.channels import ADDRESS_ATTRIBUTE
from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.erasing.journal import ErasureJournal, Noted
from campaigns.infrastructure.audience.erasing.keys import ErasureKey
from campaigns.infrastructure.audience.erasing.late_facts import LateFacts
from campaigns.infrastructure.audience.erasing.places.every import Places
from campaigns.infrastructure.audience.erasing.telling import ErasureNews
from campaigns.infrastructure.postgres.database import Database

log = structlog.get_logger(__name__)
_POLL = 1.0  # seconds
_AT_ONCE = 200  # people
_PUT_OFF = timedelta(seconds=10)
_ADDRESSES = sorted({attribute for attribute in ADDRESS_ATTRIBUTE.values() if attribute and attribute != "user_id"})


class ErasureDesk:
    """A Runnable. Killed at any moment it begins the same look anew."""

    def __init__(
        self,
        erasures: PostgresErasures,
        journal: ErasureJournal,
        *,
        key: ErasureKey,
        profiles: ProfileSource,
        places: Places,
        late: LateFacts,
        news: ErasureNews,
        database: Database,
        clock: Clock,
        pulse: Pulse,
    ) -> None:
        self._erasures = erasures
        self._journal = journal
        self._key = key
        self._profiles = profiles
        self._places = places
        self._late = late
        self._news = news
        self._database = database
        self._clock = clock
        self._pulse = pulse
        self._known: dict[str, Forgotten] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self._late.strip()
                if await self.look():
                    continue
            except DependencyDownError as down:
                log.warning("erasures wait", dependency=down.name)
            except Exception:  # the scheduler's other work goes on
                log.exception("erasures_failed")
            await self._pulse.rest(_POLL, stopping)

    async def look(self) -> int:
        """Look once for those who are due; how many there were."""
        due = await self._erasures.due(self._clock.now(), _AT_ONCE)
        for tenant_id, erasures in groupby(due, lambda erasure: erasure.tenant_id):
            await self._of_tenant(tenant_id, list(erasures))
        return len(due)

    async def _of_tenant(self, tenant_id: TenantId, erasures: Sequence[Erasure]) -> None:
        try:
            await asyncio.to_thread(self._journal.note, [self._noted(erasure) for erasure in erasures])
            people = await self._people(tenant_id, erasures)
            found = {place.name: await place.forget(tenant_id, people) for place in self._places.all}
        except Exception as error:  # noqa: BLE001  one tenant's trouble is not the others'
            log.warning("erasure_failed", tenant_id=tenant_id, error=type(error).__name__)
            await self._erasures.put_off(erasures, self._clock.now() + _PUT_OFF)
            return
        for erasure in erasures:
            if erasure.looks + 1 == LOOKS:
                self._known.pop(pseudonym(erasure.id), None)
            await self._looked(erasure, _sum(erasure.found, found))
            log.info(
                "erased_person_looked_for", tenant_id=tenant_id, erasure_id=str(erasure.id), look=erasure.looks + 1
            )

    async def _looked(self, erasure: Erasure, found: Mapping[str, int]) -> None:
        now = self._clock.now()
        async with self._database.system() as connection:
            if await self._erasures.looked(connection, erasure, found, now):
                await self._news.tell(connection, erasure, now)

    async def _people(self, tenant_id: TenantId, erasures: Sequence[Erasure]) -> list[Forgotten]:
        """Their addresses stand in the profile until the first look has taken it away: kept for the second one."""
        user_ids = {erasure.id: erasure.user_id for erasure in erasures if erasure.user_id is not None}
        profiles = await self._profiles.fetch(tenant_id, sorted({*user_ids.values()}))
        known = {one["user_id"]: one for one in profiles}
        return [self._forgotten(erasure_id, user_id, known[user_id]) for erasure_id, user_id in user_ids.items()]

    def _forgotten(self, erasure_id: UUID, user_id: UserId, profile: Mapping[str, object]) -> Forgotten:
        name = pseudonym(erasure_id)
        before = self._known.get(name, Forgotten(user_id=user_id, pseudonym=name))
        told = {column: value for column, value in profile.items() if column != "user_id"}
        now = Forgotten(
            user_id=user_id,
            pseudonym=name,
            traces=before.traces | traces_of(told[column] for column in _ADDRESSES if column in told),
            values=before.values | traces_of(told.values()),
        )
        self._known[name] = now
        return now

    def _noted(self, erasure: Erasure) -> Noted:
        return Noted(
            tenant_id=erasure.tenant_id,
            digest=self._key.digest(erasure.user_id or "").hex(),
            erasure_id=erasure.id,
            requested_at=erasure.requested_at,
            requested_by=erasure.requested_by,
        )


def _sum(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(before) + Counter(now))

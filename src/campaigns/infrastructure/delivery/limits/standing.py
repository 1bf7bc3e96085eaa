"""How the providers stand, read from their meters, warm-ups and breakers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, LiteralString

import msgspec
from msgspec import Struct

from campaigns.application.delivery.provider_standing import (
    BreakerStanding,
    BreakerState,
    LimitStanding,
    ProviderStanding,
    Standing,
    SubjectStanding,
    WarmUpStanding,
)
from campaigns.application.platform.ports import Limits
from campaigns.domain.delivery.metering import Meter
from campaigns.domain.delivery.permitting import LimitKey
from campaigns.domain.delivery.warming import Allowance
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.limits.book import (
    SERVICE,
    LimitBook,
    provider_subject,
    sender_subject,
    tenant_subject,
)
from campaigns.infrastructure.delivery.limits.permits import tenant_allowance
from campaigns.infrastructure.delivery.providers.catalogue import Provider, Providers
from campaigns.infrastructure.postgres.database import Database

_NOW: LiteralString = "select extract(epoch from clock_timestamp())::float8"
_METERS: LiteralString = "select subject, span, meter from rate_limits"
_WARM_UPS: LiteralString = "select subject, extract(epoch from started_at)::float8 from warm_ups"

# Rows whose time ran out long ago were left by processes that ended, or have nothing to send any more.
_BREAKERS: LiteralString = """
select provider, count(*), max(reason), min(since), max(until), max(until) > now()
  from provider_breakers where until > now() - interval '1 minute' group by provider"""


class PostgresProviderReadings:
    """Reads as the system: limits belong to nobody's tenant."""

    def __init__(self, database: Database, providers: Providers, book: LimitBook, tenants: Limits) -> None:
        self._database, self._providers, self._book, self._tenants = database, providers, book, tenants

    async def standing(self, tenant_id: TenantId | None) -> Standing:
        own = None if tenant_id is None else tenant_allowance(await self._tenants.of_tenant(tenant_id))
        seen = await self._look()
        return Standing(
            providers=[
                seen.provider(provider)
                for provider in self._providers.all
                if tenant_id is None or not provider.route.tenants or tenant_id in provider.route.tenants
            ],
            senders=[seen.subject(name, sender_subject(name), may) for name, may in self._providers.senders.items()],
            tenant=seen.subject(tenant_id, tenant_subject(tenant_id), own) if tenant_id and own else None,
            service=seen.subject(SERVICE, SERVICE, self._book.allowances[SERVICE]),
        )

    async def _look(self) -> "_Seen":
        async with self._database.system() as connection:
            now = await (await connection.execute(_NOW)).fetchone()
            meters = await (await connection.execute(_METERS)).fetchall()
            began = await (await connection.execute(_WARM_UPS)).fetchall()
            breakers = await (await connection.execute(_BREAKERS)).fetchall()
        return _Seen(
            now=now[0] if now else 0.0,
            meters={LimitKey(subject, span): msgspec.convert(meter, Meter) for subject, span, meter in meters},
            began=dict(began),
            breakers={row[0]: _breaker(row) for row in breakers},
        )


class _Seen(Struct, frozen=True, kw_only=True):
    """Everything at one instant."""

    now: float
    meters: Mapping[LimitKey, Meter]
    began: Mapping[str, float]
    breakers: Mapping[str, BreakerStanding]

    def provider(self, provider: Provider) -> ProviderStanding:
        subject, route = provider_subject(provider.name), provider.route
        return ProviderStanding(
            name=provider.name,
            kind=provider.kind,
            channels=sorted(route.channels),
            sender_domains=sorted(route.sender_domains),
            priority=route.priority,
            weight=route.weight,
            breaker=self.breakers.get(provider.name, BreakerStanding(state=BreakerState.CLOSED)),
            limits=self._limits(subject, provider.allowance),
            warm_up=self._warm_up(subject, provider.allowance),
        )

    def subject(self, name: str, subject: str, allowance: Allowance) -> SubjectStanding:
        limits, warm_up = self._limits(subject, allowance), self._warm_up(subject, allowance)
        return SubjectStanding(name=name, limits=limits, warm_up=warm_up)

    def _limits(self, subject: str, allowance: Allowance) -> list[LimitStanding]:
        found = []
        for span, limit in allowance.limits(self.began.get(subject, self.now), self.now):
            used = self.meters.get(LimitKey(subject, span), Meter()).used(limit, self.now)
            left = max(0, limit.limit - used)
            found.append(LimitStanding(span=span, limit=limit.limit, used=used, remaining=left, spread=limit.even))
        return found

    def _warm_up(self, subject: str, allowance: Allowance) -> WarmUpStanding | None:
        if allowance.warm_up is None:
            return None
        began = self.began.get(subject)
        return WarmUpStanding(
            day=allowance.warm_up.day(began or self.now, self.now),
            days=len(allowance.warm_up.per_day),
            started_at=None if began is None else datetime.fromtimestamp(began, UTC),
        )


def _breaker(row: tuple[Any, ...]) -> BreakerStanding:
    _, processes, reason, since, until, waits = row
    state = BreakerState.OPEN if waits else BreakerState.HALF_OPEN
    return BreakerStanding(state=state, processes=processes, reason=reason, since=since, until=until)

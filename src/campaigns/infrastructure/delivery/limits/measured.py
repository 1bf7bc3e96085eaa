"""Permits, with what was answered counted."""

from collections.abc import Sequence

from campaigns.application.delivery.permits import Permit, Wanted
from campaigns.application.platform.ports import Limits
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.limits.book import LimitBook
from campaigns.infrastructure.delivery.limits.meters import PostgresMeters
from campaigns.infrastructure.delivery.limits.permits import PostgresPermits
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments


class MeasuredPermits(PostgresPermits):
    """Counts how often messages were held."""

    def __init__(
        self, book: LimitBook, meters: PostgresMeters, breakers: Breakers, tenants: Limits, instruments: Instruments
    ) -> None:
        super().__init__(book, meters, breakers, tenants)
        self._outcomes = instruments.counter(d.PERMITS)

    async def take(self, tenant_id: TenantId, wanted: Sequence[Wanted]) -> Permit:
        permit = await super().take(tenant_id, wanted)
        self._outcomes.labels("granted" if permit.count else "held").inc()
        return permit

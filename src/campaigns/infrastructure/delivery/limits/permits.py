"""`Permits` over the meters in Postgres and this process' breakers."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from campaigns.application.delivery.permits import Hold, Permit, Wanted
from campaigns.application.platform.ports import Limits
from campaigns.domain.delivery.permitting import Refusal
from campaigns.domain.delivery.warming import WARM_UP, Allowance
from campaigns.domain.platform.limits import HIGHEST, TenantLimits
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.infrastructure.delivery.limits.book import LimitBook, tenant_subject
from campaigns.infrastructure.delivery.limits.meters import Asked, PostgresMeters
from campaigns.infrastructure.delivery.senders.breakers import Breakers

_UNLIMITED = float("inf")


class PostgresPermits:
    """Asks the breakers first: what a provider could not take anyhow uses up no limit."""

    def __init__(self, book: LimitBook, meters: PostgresMeters, breakers: Breakers, tenants: Limits) -> None:
        self._book = book
        self._meters = meters
        self._breakers = breakers
        self._tenants = tenants

    async def take(self, tenant_id: TenantId, wanted: Sequence[Wanted]) -> Permit:
        asked: list[Asked] = []
        for load in self._book.loads(tenant_id, wanted):
            let_through = self._breakers.let_through(load.provider, load.asked.count)
            if let_through:
                asked.append(Asked(load.asked.subjects, let_through))
            elif not asked:
                return Permit(0, 0.0, self._breakers.hold(load.provider))
            if let_through < load.asked.count:
                break
        return await self._limited(asked, await self._allowances(tenant_id, asked))

    async def _limited(self, asked: Sequence[Asked], allowances: Mapping[str, Allowance]) -> Permit:
        if not allowances:
            return Permit(sum(part.count for part in asked), _UNLIMITED)
        began = time.monotonic()
        given = await self._meters.take(asked, allowances)
        refusal = given.permission.refusal
        return Permit(given.permission.count, began + given.good_for, _hold(refusal) if refusal else None)

    async def _allowances(self, tenant_id: TenantId, asked: Sequence[Asked]) -> Mapping[str, Allowance]:
        """Of the subjects that have any limit."""
        known = {
            **self._book.allowances,
            tenant_subject(tenant_id): tenant_allowance(await self._tenants.of_tenant(tenant_id)),
        }
        subjects = {subject for part in asked for subject in part.subjects}
        return {name: known[name] for name in subjects if name in known and known[name] != Allowance()}


def tenant_allowance(limits: TenantLimits) -> Allowance:
    rates = {span: getattr(limits, f"messages_{span}") for span in Throttle.__struct_fields__}
    return Allowance(throttle=Throttle(**{span: rate for span, rate in rates.items() if rate < HIGHEST}))


def _hold(refusal: Refusal) -> Hold:
    until = datetime.fromtimestamp(refusal.until, UTC)
    what = "warm-up" if refusal.key.span == WARM_UP else f"rate limit per {refusal.key.span}"
    return Hold(until, f"the {what} of {_whose(refusal.key.subject)} until {until:%Y-%m-%d %H:%M:%S} UTC")


def _whose(subject: str) -> str:
    return "the service" if subject == "service" else f"the {subject}" if subject.startswith("tenant") else subject

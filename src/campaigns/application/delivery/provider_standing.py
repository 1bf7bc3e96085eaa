"""How the providers stand: what their limits leave, and who is away. For people and for measures."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from campaigns.domain.shared.ids import TenantId


class BreakerState(StrEnum):
    """`open`: left alone by at least one process; `half_open`: about to be tried with a handful."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class BreakerStanding(Struct, frozen=True, kw_only=True):
    """`processes` is how many workers leave the provider alone; the rest is None while it is closed."""

    state: BreakerState
    processes: int = 0
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class LimitStanding(Struct, frozen=True, kw_only=True):
    """At most `limit` in any `span` (minute, hour, day, warm-up: a day); `used` count against it now."""

    span: str
    limit: int
    used: int
    remaining: int
    spread: bool


class WarmUpStanding(Struct, frozen=True, kw_only=True):
    """`day` of `days`; it has not begun before the first message (`started_at` None), and is over with `day` None."""

    day: int | None
    days: int
    started_at: datetime | None


class SubjectStanding(Struct, frozen=True, kw_only=True):
    """The limits of one sender, tenant or of the whole service, by name."""

    name: str
    limits: Sequence[LimitStanding]
    warm_up: WarmUpStanding | None = None


class ProviderStanding(Struct, frozen=True, kw_only=True):
    name: str
    kind: str
    channels: Sequence[str]
    sender_domains: Sequence[str]
    priority: int
    weight: int
    breaker: BreakerStanding
    limits: Sequence[LimitStanding]
    warm_up: WarmUpStanding | None = None


class Standing(Struct, frozen=True, kw_only=True):
    providers: Sequence[ProviderStanding]
    senders: Sequence[SubjectStanding]
    tenant: SubjectStanding | None
    service: SubjectStanding


class ProviderReadings(Protocol):
    async def standing(self, tenant_id: TenantId | None) -> Standing:
        """What concerns a tenant: its providers, its own limits, everybody's. None: all providers. Changes nothing."""

"""The past judged again by other rules, beside the figures that stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.shared.errors import InvalidError


class UnknownRulesError(InvalidError):
    """There is no such version of the rules, or nothing was re-scored by it."""


class HitCounts(Struct, frozen=True, kw_only=True):
    """Opens or clicks: messages with at least one, and all of them; by people and by machines."""

    people: int = 0
    people_total: int = 0
    machines: int = 0
    machines_total: int = 0


class VariantHits(Struct, frozen=True, kw_only=True):
    """The hits on one variant; None for messages without one."""

    campaign_id: UUID
    variant_id: str | None
    variant: str | None
    opened: HitCounts
    clicked: HitCounts


class JudgedHits(Struct, frozen=True, kw_only=True):
    """Hits under one version of the rules. `standing`: every figure shown follows these.

    The others were folded at `folded_at` and know nothing of what came later.
    """

    rules: int
    standing: bool
    folded_at: datetime | None
    variants: Sequence[VariantHits]


class Rescoring(Protocol):
    """Judges all hits of the installation again. The facts are read, never changed."""

    async def rescore(self, rules: int) -> int:
        """Fold everything under these rules, beside the standing figures; the appends of the ledger that were read.

        UnknownRulesError.
        """

    async def switch(self, rules: int) -> int:
        """From now on these rules stand; the appends that had come meanwhile. UnknownRulesError if never re-scored."""


class Judgements(Protocol):
    """The same hits under several versions of the rules."""

    async def of_campaign(self, campaign_id: UUID, caller: Caller) -> Sequence[JudgedHits]:
        """The standing version first. NotFoundError when the tenant has no such campaign."""

    async def of_all(self) -> Sequence[JudgedHits]:
        """Of all campaigns of all tenants, for the operator."""

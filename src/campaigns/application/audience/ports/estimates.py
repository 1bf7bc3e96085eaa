"""How many people an audience comes to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from campaigns.application.audience.ports.orders import AudienceOrder
from campaigns.application.audience.ports.resolution import StepCount, StratumCount
from campaigns.domain.shared.ids import SegmentId


class SourceSize(Struct, frozen=True, kw_only=True):
    """How many people one source of the definition means by itself. `side` is include or exclude, `at` its place."""

    side: Literal["include", "exclude"]
    at: int
    segment_id: SegmentId | None
    size: int


class Estimate(Struct, frozen=True, kw_only=True):
    """How many people an audience comes to, step by step; each number holds after the step it names.

    Where a test has a sample, `in_test` and `rest` share out those who are left at the end; otherwise both are None.
    `strata` where the holdout is drawn by any.
    """

    sources: tuple[SourceSize, ...]
    included: int
    after_exclusions: int
    filters: tuple[StepCount, ...]
    audience: int
    after_suppression: int
    after_holdout: int
    skipped: Mapping[str, int]
    computed_at: datetime
    in_test: int | None = None
    rest: int | None = None
    strata: tuple[StratumCount, ...] = ()


class Estimates(Protocol):
    """Counts an audience by the query that would resolve it."""

    async def estimate(self, order: AudienceOrder) -> Estimate:
        """At most five minutes old. InvalidAudienceError, DependencyDownError."""

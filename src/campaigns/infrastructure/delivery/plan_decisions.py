"""Who gets what, when and at what cost: decided here, whether it is stored as a plan or only looked at."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, cast

from msgspec import Struct

from campaigns.application.delivery.running import Audiences
from campaigns.application.shared.context import Caller
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.canary import canary_stretches, pace_after_canary
from campaigns.domain.delivery.errors import EmptyAudienceError
from campaigns.domain.delivery.events import PlanTotals
from campaigns.domain.delivery.local_hours import Stretch
from campaigns.domain.delivery.local_pacing import pace_stretches
from campaigns.domain.delivery.pacing import PacedBatch, Release, pace
from campaigns.domain.delivery.sampling import pace_rest
from campaigns.infrastructure.delivery.by_clock import ByClock
from campaigns.infrastructure.delivery.plan_lines import PlanLines


class LargestAudiences(Protocol):
    """How many people the caller's tenant may reach in one execution."""

    async def of(self, caller: Caller) -> int:
        """At least 1."""


class DecidedPlan(Struct, frozen=True, kw_only=True):
    """What is known when everybody was decided; `canary_to` is the canary's last number, None without one.

    `stretches` where people stand in the order of their clocks.
    """

    totals: PlanTotals
    batches: list[PacedBatch]
    canary_to: int | None
    stretches: tuple[Stretch, ...] = ()


class Deciding:
    """One plan being decided: read `audience` to its end, passing each batch through `lines`; then ask for the rest."""

    def __init__(
        self, brief: Brief, audience: AsyncGenerator[Any, None], lines: PlanLines, by_clock: ByClock | None = None
    ) -> None:
        self._brief = brief
        self._by_clock = by_clock
        self.audience = audience
        self.lines = lines

    async def numbered(self) -> AsyncIterator[Any]:
        """Everybody with their number, as Arrow batches."""
        async for batch in self.audience:
            if batch.num_rows:
                yield self.lines.number(batch)

    def batches(self) -> list[PacedBatch]:
        """After everybody was read. EmptyAudienceError; NeverOpenError."""
        return self.plan().batches

    def plan(self, earlier: Sequence[Release] = ()) -> DecidedPlan:
        """`earlier`: what shares the throttle with it. EmptyAudienceError; NeverOpenError."""
        if self.lines.audience == 0:
            raise EmptyAudienceError("nobody is in the audience")
        if self._by_clock is not None:
            return self._plan_by_clock(self._by_clock.stretches)
        rest = self.lines.rest
        batches, canary_to = _paced(self._brief, self.lines.to_send - rest, earlier)
        batches += _rest(self._brief, rest, batches)
        return DecidedPlan(totals=self.lines.totals(len(batches)), batches=batches, canary_to=canary_to)

    def _plan_by_clock(self, stretches: Sequence[Stretch]) -> DecidedPlan:
        batches = pace_stretches(stretches, self._brief)
        totals = self.lines.totals(len(batches))
        return DecidedPlan(totals=totals, batches=batches, canary_to=None, stretches=tuple(stretches))


class PlanDecisions:
    """Decides plans."""

    def __init__(self, audiences: Audiences, largest: LargestAudiences, scratch: Path) -> None:
        self._audiences = audiences
        self._largest = largest
        self._scratch = scratch

    @asynccontextmanager
    async def open(self, brief: Brief, caller: Caller) -> AsyncIterator[Deciding]:
        lines = PlanLines(await self._largest.of(caller), brief.rest)
        audience = cast("AsyncGenerator[Any, None]", self._audiences.resolve(brief, caller))
        async with aclosing(audience):
            if brief.local_hour is None:
                yield Deciding(brief, audience, lines)
                return
            by_clock = ByClock(brief, brief.local_hour, lines, self._scratch)
            async with aclosing(cast("AsyncGenerator[Any, None]", by_clock.sorted(audience))) as turned:
                yield Deciding(brief, turned, lines, by_clock)


def _paced(brief: Brief, people: int, earlier: Sequence[Release]) -> tuple[list[PacedBatch], int | None]:
    """All batches, and the number of the canary's last one; None where no canary holds any back."""
    canary = brief.guardrails.canary if brief.guardrails else None
    size = canary.size(people) if canary and people else 0
    if canary is None or not 0 < size < people:
        return pace(people, brief.throttle, brief.hours(), brief.starts_at, earlier), None
    wait, first = timedelta(minutes=canary.wait_minutes), canary_stretches(size, people)
    return pace_after_canary(
        first, people, wait=wait, throttle=brief.throttle, hours=brief.hours(), start=brief.starts_at
    )


def _rest(brief: Brief, people: int, before: list[PacedBatch]) -> list[PacedBatch]:
    """Those who wait for the winner of the test."""
    if brief.test is None or not people:
        return []
    return pace_rest(
        people,
        before,
        wait=brief.test.duration,
        starts_at=brief.starts_at,
        throttle=brief.throttle,
        hours=brief.hours(),
    )

"""Conversions credited again by another model, a slice of them at a time."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.application.analytics.reattributing import Attributed, CreditedPart
from campaigns.application.shared.context import Caller
from campaigns.domain.analytics.attribution import WHOLE, AttributionModel, judged
from campaigns.domain.shared.errors import NotFoundError
from campaigns.infrastructure.analytics.figure_statements import EXISTS
from campaigns.infrastructure.analytics.touchpoints import SLICE, Touched, Waiting, touches_of
from campaigns.infrastructure.postgres.database import Database

_RULE = "select event_type, window_days, model from conversion_rules where campaign_id = %s"
_CONVERSIONS = """
    select tenant_id, source_event_id, user_id, event_type, at, amount, currency, campaign_id from conversions
     where event_type = %s and (campaign_id is null or campaign_id = %s) and source_event_id > %s
     order by source_event_id limit %s"""
_RUNS = """
    select execution_no, execution_id, coalesce(brief->'variants', '[]') from executions where campaign_id = %s"""


class _Rule(Struct, frozen=True):
    event_type: str
    window_days: int
    model: AttributionModel


class _Books(Struct):
    """What was credited so far; weights in ten-thousandths by (execution_no, variant)."""

    conversions: int = 0
    credited: int = 0
    held_out: int = 0


class PostgresReattribution:
    """`Reattribution`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(
        self, campaign_id: UUID, model: AttributionModel | None, window_days: int | None, caller: Caller
    ) -> Attributed | None:
        async with self._database.tenant(caller.tenant_id) as connection:
            standing = await _rule(connection, campaign_id)
        if standing is None:
            return None
        rule = _Rule(standing.event_type, window_days or standing.window_days, model or standing.model)
        ledger = Credits(rule)
        async for waiting in self._slices(campaign_id, rule.event_type, caller):
            async with self._database.system() as connection:
                touches = await touches_of(connection, waiting, campaign_id)
            ledger.credit(waiting, touches)
        async with self._database.tenant(caller.tenant_id) as connection:
            runs = await (await connection.execute(_RUNS, (campaign_id,))).fetchall()
        return ledger.result(standing, {number: (execution_id, variants) for number, execution_id, variants in runs})

    async def _slices(self, campaign_id: UUID, event_type: str, caller: Caller) -> AsyncIterator[list[Waiting]]:
        """Each in a transaction of its own: nobody else's request waits for the connection of a long history."""
        after = ""
        while True:
            async with self._database.tenant(caller.tenant_id) as connection:
                asked = (event_type, campaign_id, after, SLICE)
                rows = await (await connection.execute(_CONVERSIONS, asked)).fetchall()
            if not rows:
                return
            waiting = [Waiting(*row) for row in rows]
            yield waiting
            after = waiting[-1].event_id


class Credits:
    """Sums what each variant of each execution is credited with."""

    def __init__(self, rule: _Rule) -> None:
        self._rule = rule
        self._books = _Books()
        self._weights: dict[tuple[int, int], int] = defaultdict(int)
        self._revenue: dict[tuple[int, int], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def credit(self, waiting: Sequence[Waiting], touches: Sequence[Touched]) -> None:
        found: dict[int, list[Touched]] = defaultdict(list)
        for touch in touches:
            found[touch.number].append(touch)
        for number, conversion in enumerate(waiting):
            self._credit(conversion, found[number])

    def _credit(self, conversion: Waiting, touches: Sequence[Touched]) -> None:
        self._books.conversions += 1
        found = judged([touch.point for touch in touches], conversion.at, self._rule.window_days, self._rule.model)
        self._books.held_out += found.held_out is not None
        self._books.credited += bool(found.credits)
        variants = {(touch.execution_no, touch.seq): touch.variant for touch in touches}
        parts = [(credit.execution_no, variants[credit.execution_no, credit.seq]) for credit in found.credits]
        for part, credit in zip(parts, found.credits, strict=True):
            self._weights[part] += credit.weight
        for part, revenue in zip(parts, conversion.revenues(found.credits), strict=False):
            self._revenue[part][conversion.currency or ""] += revenue

    def result(self, standing: _Rule, runs: dict[int, tuple[UUID, list[dict[str, Any]]]]) -> Attributed:
        books = self._books
        return Attributed(
            model=self._rule.model,
            window_days=self._rule.window_days,
            standing_model=standing.model,
            standing_window_days=standing.window_days,
            conversions=books.conversions,
            credited=books.credited,
            held_out=books.held_out,
            uncredited=books.conversions - books.credited - books.held_out,
            parts=[self._part(part, *runs[part[0]]) for part in sorted(self._weights)],
        )

    def _part(self, part: tuple[int, int], execution_id: UUID, variants: list[dict[str, Any]]) -> CreditedPart:
        variant = variants[part[1]] if 0 <= part[1] < len(variants) else {}
        return CreditedPart(
            execution_id=execution_id,
            variant_id=variant.get("variant_id"),
            variant=variant.get("name"),
            conversions=Decimal(self._weights[part]) / WHOLE,
            revenue=dict(self._revenue[part]),
        )


async def _rule(connection: AsyncConnection, campaign_id: UUID) -> _Rule | None:
    if await (await connection.execute(EXISTS, {"campaign": campaign_id})).fetchone() is None:
        raise NotFoundError(f"There is no campaign {campaign_id}")
    row = await (await connection.execute(_RULE, (campaign_id,))).fetchone()
    return _Rule(row[0], row[1], AttributionModel(row[2])) if row else None

"""Tests read from the executions they belong to, and from the figures folded of their samples."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from campaigns.application.campaign.experimenting.readings import OpenTest, RunReading, TestedVariant
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.errors import NoExperimentError
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.experiment.arms import Arm, Criterion, Revenue
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database

_RUN: LiteralString = """
select e.execution_id, e.execution_no, e.status, e.started_at, e.brief, e.control, e.rest_held, t.ends_at,
       counted.sample, counted.untold, counted.rest
  from variant_tests t join executions e on e.execution_id = t.execution_id
 cross join lateral (
       select coalesce(sum(seq_to - seq_from + 1) filter (where seq_from < 1073741824), 0)::bigint as sample,
              coalesce(sum(seq_to - seq_from + 1 - sent - failed - skipped - uncertain)
                         filter (where seq_from < 1073741824 and state in ('waiting', 'sending')), 0)::bigint as untold,
              coalesce(sum(seq_to - seq_from + 1) filter (where seq_from >= 1073741824), 0)::bigint as rest
         from batches where execution_no = e.execution_no) counted
 where t.campaign_id = %(campaign)s and (%(execution)s::uuid is null or t.execution_id = %(execution)s)
 order by e.created_at desc, e.execution_id desc limit 1"""

_FIGURES: LiteralString = """
select variant, kind, sum(uniques)::bigint as people
  from campaign_metrics join metric_generations on generation = active
 where campaign_id = %(campaign)s and execution_no = %(no)s and kind = any(%(kinds)s) group by variant, kind"""

# By person, because their squares are needed; a fact that was told twice counts once.
_REVENUE: LiteralString = """
select planned.variant, count(*) as people, sum(spent.amount) as total, sum(spent.amount * spent.amount) as squares
  from (select seq, sum(amount) as amount
          from (select distinct seq, source_event_id, (detail ->> 'amount')::numeric as amount from message_facts
                 where execution_no = %(no)s and kind = 22 and detail ? 'amount') told
         group by seq) spent
 cross join lateral message_at(%(no)s, spent.seq) planned
 group by planned.variant"""

_DUE: LiteralString = """
update variant_tests t set looked_at = now()
  from (select execution_id from variant_tests
         where closed_at is null and (looked_at is null or looked_at <= now() - make_interval(secs => %(every)s))
         order by looked_at nulls first limit %(limit)s for update skip locked) due
 where t.execution_id = due.execution_id
returning t.tenant_id, t.campaign_id, t.execution_id"""

_END: LiteralString = "update variant_tests set ends_at = %(at)s where execution_id = %(id)s and ends_at is null"
_CLOSE: LiteralString = "update variant_tests set closed_at = now() where execution_id = %(id)s and closed_at is null"

_SENT = "sent"
_SUCCESS: Mapping[Criterion, str] = {
    "open_rate": "opened",
    "click_rate": "clicked",
    "conversion_rate": "converted",
    "revenue_per_recipient": "converted",
}
_WITHOUT_MESSAGE = "holdout_converted"
_OVER = frozenset(("cancelled", "failed"))


class PostgresReadings:
    """`Readings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(
        self, campaign_id: UUID, execution_id: UUID | None, criterion: Criterion, caller: Caller
    ) -> RunReading:
        asked = {"campaign": campaign_id, "execution": execution_id}
        async with self._database.tenant(caller.tenant_id) as connection:
            async with connection.cursor(row_factory=dict_row) as cursor:
                row = await (await cursor.execute(_RUN, asked)).fetchone()
            if row is None:
                raise NoExperimentError("No A/B test of this campaign has begun.")
            figures = await _figures(connection, campaign_id, row["execution_no"], criterion)
            earned = await _earned(connection, row["execution_no"], criterion)
        return _reading(row, figures, earned, criterion)

    async def due(self, every: float, limit: int) -> Sequence[OpenTest]:
        async with self._database.system() as connection:
            rows = await (await connection.execute(_DUE, {"every": every, "limit": limit})).fetchall()
        return [
            OpenTest(TenantId(tenant_id), campaign_id, execution_id) for tenant_id, campaign_id, execution_id in rows
        ]

    async def end_at(self, execution_id: UUID, ends_at: datetime) -> None:
        async with self._database.system() as connection:
            await connection.execute(_END, {"id": execution_id, "at": ends_at})

    async def close(self, execution_id: UUID) -> None:
        async with self._database.system() as connection:
            await connection.execute(_CLOSE, {"id": execution_id})


Figures = Mapping[tuple[int, str], int]
"""People by variant and kind of figure."""
Earned = Mapping[int, tuple[int, Revenue]]
"""People who paid, and what they paid, by variant."""


async def _figures(connection: AsyncConnection, campaign_id: UUID, execution_no: int, criterion: Criterion) -> Figures:
    kinds = [_SENT, _SUCCESS[criterion], _WITHOUT_MESSAGE]
    asked = {"campaign": campaign_id, "no": execution_no, "kinds": kinds}
    rows = await (await connection.execute(_FIGURES, asked)).fetchall()
    return {(variant, kind): people for variant, kind, people in rows}


async def _earned(connection: AsyncConnection, execution_no: int, criterion: Criterion) -> Earned:
    if criterion != "revenue_per_recipient":
        return {}
    rows = await (await connection.execute(_REVENUE, {"no": execution_no})).fetchall()
    return {variant: (people, Revenue(total=total, squares=squares)) for variant, people, total, squares in rows}


def _reading(row: Mapping[str, Any], figures: Figures, earned: Earned, criterion: Criterion) -> RunReading:
    brief = msgspec.convert(row["brief"], Brief)
    return RunReading(
        execution_id=row["execution_id"],
        began_at=row["started_at"],
        sample=row["sample"],
        untold=row["untold"],
        rest=row["rest"],
        rest_waits=row["rest_held"],
        ends_at=row["ends_at"],
        over=row["status"] in _OVER,
        variants=tuple(
            TestedVariant(
                variant_id=variant.variant_id,
                arm=_arm(brief, index, variant, figures, earned, criterion=criterion, control=row["control"]),
            )
            for index, variant in enumerate(brief.tested)
        ),
    )


def _arm(
    brief: Brief,
    index: int,
    variant: BriefVariant,
    figures: Figures,
    earned: Earned,
    *,
    criterion: Criterion,
    control: int,
) -> Arm:
    """Those who were sent to: their lot was drawn, and what came later (a bounce) is the variant's own doing."""
    kind = _WITHOUT_MESSAGE if variant.is_control else _SUCCESS[criterion]
    people = control if variant.is_control else figures.get((index, _SENT), 0)
    payers, revenue = earned.get(index, (0, Revenue()))
    successes = payers if criterion == "revenue_per_recipient" else figures.get((index, kind), 0)
    return Arm(
        name=variant.name,
        people=max(people, successes),
        successes=successes,
        revenue=revenue,
        share=float(_share(brief, variant)),
        is_control=variant.is_control,
    )


def _share(brief: Brief, variant: BriefVariant) -> Decimal:
    """Of the whole audience, in percent: whoever falls to the control is in it, beyond the sample as well."""
    allocation = Decimal(str(variant.allocation))
    if variant.is_control or brief.test is None or not brief.test.leaves_rest:
        return allocation
    return allocation * Decimal(str(brief.test.sample_percentage)) / 100

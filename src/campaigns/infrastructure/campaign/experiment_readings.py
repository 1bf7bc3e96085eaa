"""Tests read from the runs they belong to, and from the figures folded of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from campaigns.application.campaign.experimenting.readings import OpenTest, RunReading, TestedVariant
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.errors import NoExperimentError
from campaigns.domain.campaign.testing import experiment_of
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.experiment.arms import Arm, Criterion, Revenue
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.campaign import experiment_statements as statements
from campaigns.infrastructure.postgres.database import Database

_SENT, _WITHOUT_MESSAGE = "sent", "holdout_converted"
_SUCCESS: Mapping[Criterion, str] = {
    "open_rate": "opened",
    "click_rate": "clicked",
    "conversion_rate": "converted",
    "revenue_per_recipient": "converted",
}
_OVER = frozenset(("cancelled", "failed"))


class Share(Struct, frozen=True):
    """One variant, and its part of those who are compared, in any unit."""

    variant_id: UUID
    name: str
    is_control: bool
    part: float


class Figures(Struct, frozen=True, kw_only=True):
    """By variant number: people who were sent to, who succeeded, and what they paid; `control` people got nothing."""

    criterion: Criterion
    control: int
    people: Mapping[tuple[int, str], int]
    revenue: Mapping[int, tuple[int, Revenue]] = {}

    def arm(self, number: int, share: Share) -> Arm:
        """Those who were sent to: their lot was drawn, and what came later (a bounce) is the variant's own doing."""
        people = self.control if share.is_control else self.people.get((number, _SENT), 0)
        kind = _WITHOUT_MESSAGE if share.is_control else _SUCCESS[self.criterion]
        payers, revenue = self.revenue.get(number, (0, Revenue()))
        successes = payers if self.criterion == "revenue_per_recipient" else self.people.get((number, kind), 0)
        return Arm(
            name=share.name,
            people=max(people, successes),
            successes=successes,
            revenue=revenue,
            share=share.part,
            is_control=share.is_control,
        )


class PostgresReadings:
    """`Readings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, campaign_id: UUID, caller: Caller) -> None:
        async with self._database.system() as connection:
            await connection.execute(statements.BEGIN, {"tenant": caller.tenant_id, "campaign": campaign_id})

    async def of(self, campaign: Campaign, execution_id: UUID | None, caller: Caller) -> RunReading:
        async with self._database.tenant(caller.tenant_id) as connection:
            async with connection.cursor(row_factory=dict_row) as cursor:
                asked = {"campaign": campaign.id, "execution": execution_id}
                row = await (await cursor.execute(statements.RUN, asked)).fetchone()
            if row is None:
                raise NoExperimentError("No A/B test of this campaign has begun.")
            figures = await _figures(connection, campaign, row)
            if figures.criterion == "revenue_per_recipient":
                figures = replace(figures, revenue=await self._revenue(campaign, row, caller))
            shares = await _shares(connection, campaign, row)
        return _reading(row, shares, figures)

    async def _revenue(
        self, campaign: Campaign, row: Mapping[str, Any], caller: Caller
    ) -> Mapping[int, tuple[int, Revenue]]:
        asked = {"tenant": caller.tenant_id, "campaign": campaign.id, "no": row["execution_no"]}
        async with self._database.system() as connection:
            paid = await (await connection.execute(statements.REVENUE, asked)).fetchall()
        return {variant: (people, Revenue(total=total, squares=squares)) for variant, people, total, squares in paid}

    async def due(self, every: float, limit: int) -> Sequence[OpenTest]:
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(statements.DUE, {"every": every, "limit": limit})).fetchall()
        return [OpenTest(TenantId(row[0]), row[1], row[2]) for row in rows]

    async def end_at(self, execution_id: UUID, ends_at: datetime) -> None:
        async with self._database.system() as connection:
            await connection.execute(statements.END, {"id": execution_id, "at": ends_at})

    async def close(self, execution_id: UUID) -> None:
        async with self._database.system() as connection:
            await connection.execute(statements.CLOSE, {"id": execution_id})


async def _figures(connection: AsyncConnection, campaign: Campaign, row: Mapping[str, Any]) -> Figures:
    criterion = experiment_of(campaign).criterion
    kinds = [_SENT, _SUCCESS[criterion], _WITHOUT_MESSAGE]
    asked = {"campaign": campaign.id, "no": row["execution_no"], "kinds": kinds}
    counted = await (await connection.execute(statements.FIGURES, asked)).fetchall()
    return Figures(
        criterion=criterion,
        control=row["control"] if row["brief"] else await _all_control(connection, campaign),
        people={(variant, kind): people for variant, kind, people in counted},
    )


async def _all_control(connection: AsyncConnection, campaign: Campaign) -> int:
    row = await (await connection.execute(statements.CONTROL, {"campaign": campaign.id})).fetchone()
    return int(row[0]) if row else 0


async def _shares(connection: AsyncConnection, campaign: Campaign, row: Mapping[str, Any]) -> Sequence[Share]:
    if row["brief"]:
        return _drawn_once(msgspec.convert(row["brief"], Brief))
    rows = await (await connection.execute(statements.MEANT, {"campaign": campaign.id})).fetchall()
    meant: dict[int, float] = dict(rows)
    return [
        Share(one.variant_id, one.name, one.is_control, meant.get(number, 0.0) if meant else one.allocation_percentage)
        for number, one in enumerate(campaign.definition.variants)
    ]


def _drawn_once(brief: Brief) -> Sequence[Share]:
    """Of the whole audience: whoever falls to the control is in it, beyond the sample as well."""
    test = brief.test
    part = (test.sample_percentage or 100) / 100 if test is not None and test.leaves_rest else 1.0
    return [
        Share(one.variant_id, one.name, one.is_control, one.allocation * (1.0 if one.is_control else part))
        for one in brief.tested
    ]


def _reading(row: Mapping[str, Any], shares: Sequence[Share], figures: Figures) -> RunReading:
    return RunReading(
        execution_id=row["execution_id"],
        began_at=row["began_at"],
        sample=row["sample"] or sum(figures.people.get((number, _SENT), 0) for number in range(len(shares))),
        untold=row["untold"],
        rest=row["rest"],
        rest_waits=row["rest_held"],
        ends_at=row["ends_at"],
        over=row["status"] in _OVER,
        variants=tuple(
            TestedVariant(variant_id=share.variant_id, arm=figures.arm(number, share))
            for number, share in enumerate(shares)
        ),
    )

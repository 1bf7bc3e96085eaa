"""Figures from the folded ledger, from what others reported, and from what sending cost."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from psycopg import AsyncConnection

from campaigns.application.analytics.figures import Dimension, Population, Slot, SlotFigures
from campaigns.application.shared.context import Caller
from campaigns.domain.analytics.measures import Counts, rates
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.shared.errors import NotFoundError
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.money import written
from campaigns.infrastructure.analytics.figure_statements import (
    AMOUNTS,
    COUNTS,
    EXISTS,
    POPULATION,
    RUNS,
    TOTALS,
    WINNER,
    ZONE,
    asked,
)
from campaigns.infrastructure.platform.fresh import Fresh
from campaigns.infrastructure.postgres.database import Database

_TOTALS_SECONDS = 1.0
_UNIQUE = ("sent", "delivered", "opened", "clicked", "bounced_hard", "bounced_soft", "complained", "unsubscribed")
_EACH = ("impressions", "converted", "replied", "failed")
_HITS = {"opened": "opens", "clicked": "clicks"}
_Key = tuple[Any, ...]


class PostgresFigures:
    """`Figures`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(
        self,
        campaign_id: UUID,
        caller: Caller,
        *,
        by: Sequence[Dimension] = (),
        hourly: bool = False,
        daily: bool = False,
    ) -> list[SlotFigures]:
        async with self._database.tenant(caller.tenant_id) as connection:
            await _require(connection, campaign_id)
            zone = await _zone(connection, campaign_id)
            parts = asked(campaign_id, by, hourly=hourly, daily=daily, zone=zone)
            counted = await (await connection.execute(COUNTS, parts)).fetchall()
            earned = await (await connection.execute(AMOUNTS, parts)).fetchall()
            runs = await (await connection.execute(RUNS, parts)).fetchall()
        counts, slots = _counts(counted, earned), _Slots(dict(runs), ZoneInfo(zone), daily=daily)
        return [SlotFigures(slot=slots.of(key), counts=counts[key]) for key in sorted(counts, key=_order)]

    async def zone(self, campaign_id: UUID, caller: Caller) -> str:
        async with self._database.tenant(caller.tenant_id) as connection:
            return await _zone(connection, campaign_id)

    async def winner(self, campaign_id: UUID, caller: Caller) -> str | None:
        async with self._database.tenant(caller.tenant_id) as connection:
            row = await (await connection.execute(WINNER, {"campaign": campaign_id})).fetchone()
        return row[0] if row else None

    async def totals(self, campaign_id: UUID, caller: Caller) -> Counts:
        """Of a campaign that the caller is known to have: one statement, for this is asked with every command."""
        async with self._database.tenant(caller.tenant_id) as connection:
            rows = await (await connection.execute(TOTALS, asked(campaign_id))).fetchall()
        counted = [row[:5] for row in rows if row[5] is None]
        earned = [(row[0], *row[5:]) for row in rows if row[5] is not None]
        return _counts(counted, earned).get((), Counts())

    async def population(self, campaign_id: UUID, caller: Caller) -> Population:
        async with self._database.tenant(caller.tenant_id) as connection:
            row = await (await connection.execute(POPULATION, {"campaign": campaign_id})).fetchone()
        audience, holdout, converted = row or (0, 0, 0)
        return Population(audience=int(audience), holdout=int(holdout), holdout_converted=int(converted))


class PostgresCampaignFigures:
    """What the campaign context shows of its figures: every answer to a command carries them."""

    def __init__(self, figures: PostgresFigures) -> None:
        self._figures = figures
        self._totals: Fresh[tuple[TenantId, UUID], dict[str, Any]] = Fresh(_TOTALS_SECONDS)

    async def totals(self, campaign_id: UUID, caller: Caller) -> dict[str, Any]:
        async def read(_: tuple[TenantId, UUID]) -> dict[str, Any]:
            return as_json(await self._figures.totals(campaign_id, caller))

        return await self._totals.get((caller.tenant_id, campaign_id), read)

    async def sent(self, campaign_id: UUID, caller: Caller) -> int:
        return (await self._figures.totals(campaign_id, caller)).sent


def as_json(counts: Counts) -> dict[str, Any]:
    """Counts and rates by name; money by currency, as decimal strings."""
    plain = {name: getattr(counts, name) for name in counts.__struct_fields__ if name not in ("revenue", "cost")}
    money = {name: {c: written(a, c) for c, a in getattr(counts, name).items()} for name in ("revenue", "cost")}
    derived = rates(counts)
    shares = {name: getattr(derived, name) for name in derived.__struct_fields__}
    return plain | money | {name: None if rate is None else float(rate) for name, rate in shares.items()}


async def _require(connection: AsyncConnection, campaign_id: UUID) -> None:
    if await (await connection.execute(EXISTS, {"campaign": campaign_id})).fetchone() is None:
        raise NotFoundError(f"There is no campaign {campaign_id}")


async def _zone(connection: AsyncConnection, campaign_id: UUID) -> str:
    row = await (await connection.execute(ZONE, {"campaign": campaign_id})).fetchone()
    return str(row[0]) if row else "UTC"


def _counts(counted: Sequence[_Key], earned: Sequence[_Key]) -> dict[_Key, Counts]:
    fields: dict[_Key, dict[str, Any]] = defaultdict(lambda: {"revenue": {}, "cost": {}})
    for *key, kind, total, uniques, machine_total, machine_uniques in counted:
        _count(fields[tuple(key)], kind, (int(total), int(uniques)), (int(machine_total), int(machine_uniques)))
    for *key, kind, currency, amount in earned:
        fields[tuple(key)][kind][currency] = Decimal(amount)
    return {key: replace(Counts(), **values) for key, values in fields.items()}


def _count(fields: dict[str, Any], kind: str, people: tuple[int, int], machines: tuple[int, int]) -> None:
    total, uniques = people
    if kind in _UNIQUE:
        fields[kind] = uniques
    if kind in _HITS:
        fields[f"{kind}_total"] = total
        fields[f"machine_{_HITS[kind]}"], fields[f"machine_{kind}"] = machines
    if kind in _EACH:
        fields[kind] = total


class _Slots:
    """From the keys of rows to slots."""

    def __init__(self, execution_ids: dict[int, UUID], zone: ZoneInfo, *, daily: bool) -> None:
        self._execution_ids, self._zone, self._daily = execution_ids, zone, daily

    def of(self, key: _Key) -> Slot:
        number, segment_id, segment, variant_id, variant, channel, begins = key
        known = None if channel is None else CHANNELS_BY_NUMBER.get(channel)
        local = None if begins is None else begins.astimezone(self._zone)
        return Slot(
            variant_id=variant_id,
            variant=variant,
            channel=None if known is None else known.value,
            segment_id=segment_id,
            segment=segment,
            execution_id=self._execution_ids.get(number),
            hour=None if self._daily else local,
            day=local.date() if local is not None and self._daily else None,
        )


def _order(key: _Key) -> tuple[str, ...]:
    return tuple("" if part is None else f"{part:>12}" if isinstance(part, int) else str(part) for part in key)

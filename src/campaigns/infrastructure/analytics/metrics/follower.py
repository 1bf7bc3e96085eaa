"""Folds the ledger into figures, each slice with its position in one transaction."""

import asyncio
from datetime import UTC, datetime
from time import perf_counter

import numpy as np
from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.infrastructure.analytics.metrics.assumed_delivery import (
    AssumedDelivery,
    pages_of_marks,
    sent_hours,
    unexpected,
)
from campaigns.infrastructure.analytics.metrics.engagement_fold import fold_engagement, grouped
from campaigns.infrastructure.analytics.metrics.hit_fold import HitFold, pages_of_hits, part_of
from campaigns.infrastructure.analytics.metrics.layouts import Layouts
from campaigns.infrastructure.analytics.metrics.measures import STATE_KINDS, STATES
from campaigns.infrastructure.analytics.metrics.pages import PAGE_BITS, PageKey, Pages
from campaigns.infrastructure.analytics.metrics.slices import LedgerSlice, executions_in, next_slice
from campaigns.infrastructure.analytics.metrics.state_fold import fold_states
from campaigns.infrastructure.analytics.metrics.tally import Change, Tally
from campaigns.infrastructure.eventstore.news import LEDGER, News
from campaigns.infrastructure.nats.followed import locked_position, move_position
from campaigns.infrastructure.nats.repeating import repeat
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments

_ACTIVE = "select active, rules from metric_generations for share"
_IS_BEHIND = """
    select append_no > coalesce((select position from ledger_followers, metric_generations
                                  where name = 'metrics:' || active), -1) from ledger_head"""
_GROW = """
    insert into campaign_metrics as present (generation, tenant_id, campaign_id, execution_no, variant, channel,
        segments, kind, hour, total, uniques, machine_total, machine_uniques)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (campaign_id, generation, execution_no, variant, channel, segments, kind, hour) do update set
        total = present.total + excluded.total, uniques = present.uniques + excluded.uniques,
        machine_total = present.machine_total + excluded.machine_total,
        machine_uniques = present.machine_uniques + excluded.machine_uniques"""
_EARN = """
    insert into campaign_amounts as present (generation, tenant_id, campaign_id, execution_no, variant, channel,
        segments, kind, currency, hour, amount)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (campaign_id, generation, execution_no, variant, channel, segments, kind, currency, hour)
    do update set amount = present.amount + excluded.amount"""


def follower_of(generation: int) -> str:
    return f"metrics:{generation}"


class Folded(Struct, frozen=True):
    """What one slice held."""

    appends: int
    facts: int


class MetricsFollower:
    """Keeps the active generation of the figures up to date."""

    def __init__(self, database: Database, instruments: Instruments, news: News) -> None:
        self._database = database
        self._news = news
        self._seconds = instruments.histogram(d.FOLD_SECONDS)
        self._folded = instruments.counter(d.FOLDED)
        self._layouts = Layouts()

    async def run(self, stopping: asyncio.Event) -> None:
        with self._news.heard(LEDGER) as hint:
            await repeat(
                self.step,
                stopping=stopping,
                pulse=self._news,
                hint=hint,
                idle_seconds=0.3,
                pace_seconds=0.2,
                name="metrics",
            )

    async def step(self) -> int:
        """Fold the next slice; how many appends it held."""
        if not await self._is_behind():
            return 0
        began, layouts, self._layouts = perf_counter(), self._layouts, Layouts()  # kept only when the slice is
        async with self._database.system() as connection:
            row = await (await connection.execute(_ACTIVE)).fetchone()
            generation, rules = (row[0], row[1]) if row else (1, 1)
            folded = await fold_next(connection, generation, rules, layouts)
        self._layouts = layouts
        if folded.appends:
            self._seconds.observe(perf_counter() - began)
            self._folded.inc(folded.facts)
        return folded.appends

    async def _is_behind(self) -> bool:
        """One glance without a lock: to lock is to write, and most of the time there is nothing new."""
        async with self._database.system_statement() as connection:
            row = await (await connection.execute(_IS_BEHIND)).fetchone()
        return row is None or bool(row[0])


async def fold_next(connection: AsyncConnection, generation: int, rules: int, layouts: Layouts) -> Folded:
    """Fold the next slice into a generation, within the caller's transaction."""
    after = await locked_position(connection, follower_of(generation))
    ledger = await next_slice(connection, after)
    if ledger.is_empty:
        return Folded(0, 0)
    await layouts.runs(connection, executions_in(ledger))
    pages, tally, groups = Pages(), Tally(layouts), grouped(ledger)
    part = part_of(ledger, rules, layouts)
    needed = (
        _pages_of_states(ledger)
        | pages_of_hits(part)
        | {(number, measure, fact.seq >> PAGE_BITS) for (number, measure), facts in groups.items() for fact in facts}
    )
    touched = {(number, page) for number, _, page in needed}
    await layouts.load(connection, touched, ledger)
    await pages.load(connection, generation, needed | pages_of_marks(touched, layouts))
    await HitFold(rules, ledger, pages, layouts).fold(connection, part, tally)
    spoken = unexpected(ledger, layouts)
    hours = await sent_hours(connection, spoken)
    fold_states(ledger, spoken, pages, tally, AssumedDelivery(pages, tally, layouts, hours))
    await fold_engagement(connection, groups, after, pages, tally)
    await pages.store(connection, generation)
    await _store(connection, generation, tally, layouts)
    await move_position(connection, follower_of(generation), ledger.up_to)
    return Folded(ledger.up_to - after, len(ledger.facts))


def _pages_of_states(ledger: LedgerSlice) -> set[PageKey]:
    touched = {(fact.execution_no, fact.seq >> PAGE_BITS) for fact in ledger.told(STATE_KINDS)}
    for stretch in ledger.ranges:
        pages = np.arange(stretch.seq_from >> PAGE_BITS, (stretch.seq_to >> PAGE_BITS) + 1).tolist()
        touched |= {(stretch.execution_no, page) for page in pages}
    return {(number, state, page) for number, page in touched for state in STATES}


async def _store(connection: AsyncConnection, generation: int, tally: Tally, layouts: Layouts) -> None:
    runs = await layouts.runs(connection, {cell[0] for cell in tally.changes})
    grown, earned = [], []
    for (number, *parts, measure, hour), change in sorted(tally.changes.items()):
        if run := runs.get(number):
            kind, _, machine = measure.partition(":")
            figures = _figures(change, by_machine=bool(machine))
            where = (generation, run.tenant_id, run.campaign_id, number, *parts, kind, _instant(hour))
            grown.append((*where, *figures))
    for ((number, *parts, kind, hour), currency), amount in sorted(tally.amounts.items()):
        if run := runs.get(number):
            cell = (generation, run.tenant_id, run.campaign_id, number, *parts, kind, currency)
            earned.append((*cell, _instant(hour), amount))
    async with connection.cursor() as cursor:
        await cursor.executemany(_GROW, grown)
        await cursor.executemany(_EARN, earned)


def _figures(change: Change, *, by_machine: bool) -> tuple[int, int, int, int]:
    return (0, 0, change.total, change.uniques) if by_machine else (change.total, change.uniques, 0, 0)


def _instant(hour: int) -> datetime:
    return datetime.fromtimestamp(hour, UTC)

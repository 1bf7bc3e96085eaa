"""Appending facts to a real ledger, and keeping them while it is away."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from msgspec import convert
from msgspec.structs import replace
from prometheus_client import CollectorRegistry
from tests.support.waiting import PATIENCE, eventually_async

from campaigns.application.analytics.ports import Fact, FactDetail, FactName, MessageOwner, SuppressionReason
from campaigns.application.analytics.reporting import Refused
from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.analytics.kinds import KIND_OF
from campaigns.infrastructure.analytics.ledger_facts import LedgerFacts
from campaigns.infrastructure.analytics.spool import Spool
from campaigns.infrastructure.analytics.spool_return import SpoolReturn
from campaigns.infrastructure.analytics.touch_buffer import TouchBuffer
from campaigns.infrastructure.delivery.archives import PostgresLedgerArchive
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock
from campaigns.infrastructure.telemetry.instruments import Instruments

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_EVERYTHING = """
    select tableoid::regclass::text, execution_no, seq, kind, at, source_event_id, detail from message_facts
     order by 1, 2, 3, 4, 5"""
# What the system may: add; read, change or remove. What a tenant may: anything.
_ALLOWED = """
    select part::regclass, has_table_privilege('campaigns_system', part, 'insert'),
           has_table_privilege('campaigns_system', part, 'select, update, delete, truncate'),
           has_table_privilege('campaigns_app', part, 'select, insert, update, delete, truncate')
      from (select inhrelid as part from pg_inherits where inhparent = 'message_facts'::regclass) parts"""


def fact(seq: int, name: FactName = FactName.OPENED) -> Fact:
    return Fact(
        execution_no=1, seq=seq, name=name, at=NOW, source_event_id=f"s{seq}", detail=FactDetail(user_agent='a"\\é')
    )


class Owners:
    async def of(self, execution_no: int, seq: int) -> MessageOwner | None:
        return MessageOwner(
            tenant_id=TenantId("acme"),
            campaign_id=CampaignId(UUID(int=1)),
            user_id=f"u{seq}",
            channel=ChannelType.EMAIL,
        )


class Suppressed:
    def __init__(self) -> None:
        self.people: list[str] = []

    async def suppress(self, owner: MessageOwner, reason: SuppressionReason, at: datetime) -> None:
        self.people.append(owner.user_id)


class SometimesAway:
    """The ledger of a Postgres that comes and goes."""

    def __init__(self) -> None:
        self.away = True
        self.kept: list[Fact] = []

    async def append(self, facts: Sequence[Fact]) -> None:
        if self.away:
            raise DependencyDownError("postgres", "away")
        self.kept += facts


def test_appends_are_numbered_and_keep_every_detail(database_url: str) -> None:
    async def run() -> None:
        async with Database(database_url) as database:
            facts = LedgerFacts(database, Instruments(CollectorRegistry()))
            await facts.append([fact(1), fact(2)])
            await facts.append([])
            await facts.append([fact(3, FactName.CLICKED)])

    asyncio.run(run())
    with psycopg.connect(database_url) as connection:
        connection.execute("set role campaigns_system")
        rows = connection.execute("select append_no, seq, kind, detail->>'user_agent' from message_facts order by seq")
        assert rows.fetchall() == [(1, 1, 20, 'a"\\é'), (1, 2, 20, 'a"\\é'), (2, 3, 21, 'a"\\é')]


@pytest.mark.anyio
async def test_facts_come_back_as_they_were_told_each_in_its_month(database_url: str, tmp_path: Path) -> None:
    told = [
        Fact(execution_no=no, seq=seq, name=name, at=at, source_event_id=f"{seq}é'\\", detail=detail)
        for no, seq, name, at, detail in [
            (7, 2**31 - 1, FactName.CLICKED, NOW + timedelta(microseconds=1), FactDetail(url='"\\ü', hard=False)),
            (7, 1, FactName.OPENED, NOW - timedelta(microseconds=1), FactDetail()),
            (3, 9, FactName.CONVERTED, NOW.replace(year=1999), FactDetail(amount="1.20")),
            (2**31 - 1, -4, FactName.CONVERTED, NOW.replace(year=2031), FactDetail(weight=3)),
            (7, 1, FactName.OPENED, NOW, FactDetail()),
        ]
    ]
    async with Database(database_url) as database:
        archive = PostgresLedgerArchive(database, SystemClock(), tmp_path)
        await archive.keep_months(date(2026, 11, 5), ended_before=None)
        await LedgerFacts(database, Instruments(CollectorRegistry())).append(told)
        async with database.system() as connection:
            rows = await (await connection.execute(_EVERYTHING)).fetchall()
    expected = [
        (_place(fact), fact.execution_no, fact.seq, KIND_OF[fact.name], fact.at, fact.source_event_id, fact.detail)
        for fact in told
    ]
    assert sorted((*row[:-1], convert(row[-1], FactDetail)) for row in rows) == sorted(
        expected, key=lambda row: row[:5]
    )


def _place(fact: Fact) -> str:
    made = {(2026, 10): "2026_10", (2026, 11): "2026_11"}
    return f"message_facts_{made.get((fact.at.year, fact.at.month), 'default')}"


@pytest.mark.anyio
async def test_a_month_is_added_to_by_the_system_and_read_by_nobody(database_url: str, tmp_path: Path) -> None:
    async with Database(database_url) as database:
        await PostgresLedgerArchive(database, SystemClock(), tmp_path).keep_months(date(2026, 11, 5), ended_before=None)
        async with database.system() as connection:
            rows = await (await connection.execute(_ALLOWED)).fetchall()
    assert len(rows) == 5
    assert {tuple(allowed) for _, *allowed in rows} == {(True, False, False)}


def stored(url: str) -> list[tuple[int, int]]:
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        return connection.execute("select append_no, seq from message_facts order by append_no, seq").fetchall()


def test_what_comes_while_an_append_is_written_goes_together(database_url: str) -> None:
    async def run() -> None:
        async with Database(database_url) as database:
            facts = LedgerFacts(database, Instruments(CollectorRegistry()))
            await asyncio.gather(*(facts.append([fact(seq)]) for seq in range(1, 21)))

    asyncio.run(run())
    rows = stored(database_url)
    assert sorted(seq for _, seq in rows) == list(range(1, 21))
    assert len({number for number, _ in rows}) <= 2


def test_facts_the_ledger_refuses_cost_no_others_theirs(database_url: str) -> None:
    async def run() -> list[BaseException | None]:
        async with Database(database_url) as database:
            facts = LedgerFacts(database, Instruments(CollectorRegistry()))
            refused = replace(fact(2), source_event_id="\x00")
            return await asyncio.gather(
                facts.append([fact(1)]), facts.append([refused]), facts.append([fact(3)]), return_exceptions=True
            )

    first, second, third = asyncio.run(run())
    assert (first, third) == (None, None)
    assert isinstance(second, psycopg.Error)
    assert [seq for _, seq in stored(database_url)] == [1, 3]


def test_a_caller_that_goes_away_leaves_the_others_their_answer(database_url: str) -> None:
    async def run() -> None:
        async with Database(database_url) as database:
            facts = LedgerFacts(database, Instruments(CollectorRegistry()))
            leaving = asyncio.create_task(facts.append([fact(1)]))
            staying = asyncio.create_task(facts.append([fact(2)]))
            await asyncio.sleep(0)
            leaving.cancel()
            await asyncio.wait_for(staying, PATIENCE)
            await facts.append([fact(3)])

    asyncio.run(run())
    assert {2, 3} <= {seq for _, seq in stored(database_url)}


def test_hits_wait_in_the_spool_and_reach_the_ledger_afterwards(tmp_path: Path) -> None:
    ledger, suppressed = SometimesAway(), Suppressed()
    spool = Spool(tmp_path / "spool")
    buffer = TouchBuffer(ledger, spool, SpoolReturn(spool, ledger, Owners(), suppressed))

    async def run() -> None:
        stopping = asyncio.Event()
        buffer.take(fact(1))
        await buffer.keep(fact(2, FactName.UNSUBSCRIBED))
        running = asyncio.create_task(buffer.run(stopping))
        await eventually_async(lambda: spool.empty, expected=False)
        assert ledger.kept == []
        ledger.away = False
        await eventually_async(lambda: len(ledger.kept), 2)
        buffer.take(fact(3))
        stopping.set()
        await running

    asyncio.run(run())
    assert sorted(kept.seq for kept in ledger.kept) == [1, 2, 3]
    assert suppressed.people == ["u2"]
    assert spool.empty


def test_facts_of_a_consumed_event_are_kept_once_with_all_that_follows_from_them(database_url: str) -> None:
    owner = MessageOwner(
        tenant_id=TenantId("acme"), campaign_id=CampaignId(UUID(int=1)), user_id="u1", channel=ChannelType.EMAIL
    )
    events = [ConsumedEvent(key=UUID(int=n), tenant_id=TenantId("acme"), subject="feedback.x") for n in (1, 1, 2)]
    facts = [fact(1, FactName.BOUNCED), fact(2), fact(3)]
    refused = [Refused(fact=0, owner=owner, reason=SuppressionReason.HARD_BOUNCED)]

    async def check() -> None:
        async with Database(database_url) as database:
            ledger = LedgerFacts(database, Instruments(CollectorRegistry()))
            await asyncio.gather(*(ledger.take(facts, refused, events) for _ in range(3)))
            async with database.system() as connection:
                await connection.execute("delete from suppressions")
            await ledger.take(facts, refused, events)

    asyncio.run(check())
    with psycopg.connect(database_url) as connection:
        connection.execute("set role campaigns_system")
        assert connection.execute("select seq from message_facts order by seq").fetchall() == [(1,), (2,), (3,)]
        assert connection.execute("select count(*) from suppressions").fetchone() == (0,)
        assert connection.execute("select count(*) from inbox").fetchone() == (2,)


def test_heard_refusals_leave_the_same_list_in_any_order(database_url: str) -> None:
    reasons = [SuppressionReason.HARD_BOUNCED, SuppressionReason.COMPLAINED, SuppressionReason.UNSUBSCRIBED]
    told = [(f"u{seq}", reason, NOW + timedelta(minutes=n)) for seq in range(5) for n, reason in enumerate(reasons)]

    async def heard(order: Sequence[tuple[str, SuppressionReason, datetime]]) -> list[tuple[object, ...]]:
        async with Database(database_url) as database:
            ledger = LedgerFacts(database, Instruments(CollectorRegistry()))
            for number, (user_id, reason, at) in enumerate(order):
                owner = MessageOwner(
                    tenant_id=TenantId("acme"), campaign_id=CampaignId(UUID(int=1)), user_id=user_id, channel=None
                )
                await ledger.take([replace(fact(number), at=at)], [Refused(fact=0, owner=owner, reason=reason)])
            async with database.system() as connection:
                rows = await (await connection.execute("select * from suppressions order by user_id")).fetchall()
                await connection.execute("delete from suppressions")
            return rows

    expected = asyncio.run(heard(told))
    assert len(expected) == 5
    for seed in range(3):
        assert asyncio.run(heard(random.Random(seed).sample(told, len(told)))) == expected

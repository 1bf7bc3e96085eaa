"""P7-recipients: pages, filters, traces, exports and attributions of ten million recipients against ten thousand.

Every reading is asked through the service's own adapter, a few dozen times at random places; its median is compared
with the same reading of the small execution, and the memory of a long export with that of its beginning.
"""

import asyncio
import random
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg

from benchmarks._launching import CONTENT, TENANT, peak_rss_mb
from benchmarks.reporting import line
from benchmarks.servers import durable_postgres
from campaigns.application.delivery.readings import RecipientFilter
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.messages import MessageState
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.ids import CampaignId, VariantId
from campaigns.infrastructure.analytics.attributing import Attribution
from campaigns.infrastructure.delivery.readings import PostgresDeliveryReadings
from campaigns.infrastructure.eventstore import News
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock

ID = "P7-recipients"
SIZES, ASKED, CONVERSIONS, EXPORTED = (10_000, 10_000_000), 40, 500, 400
_FIRST_LARGE = 1_073_741_824

# Ids ascend; a batch of a thousand, chunks of 250 sent as one; every thousandth failed.
_PLAN = """
insert into plan_pages_{no} (page, seq_from, variants, channels, reasons, user_ids)
select page, greatest(page * 64, 1), bytes_of('01' || repeat('02', 31) || repeat('0101', 16), page),
       bytes_of(repeat('01', 64), page), bytes_of(repeat('00', 64), page),
       (select array_agg('u' || lpad(n::text, 9, '0') order by n)
          from generate_series(greatest(page * 64, 1), page * 64 + 63) n)
  from generate_series(0, {people} / 64 - 1) page"""
_BYTES_OF = """
create function pg_temp.bytes_of(hex text, page integer) returns bytea language sql immutable as $$
  select substring(decode(hex, 'hex') from case page when 0 then 2 else 1 end) $$"""
_BATCHES = """
insert into batches (tenant_id, execution_no, batch_no, seq_from, seq_to, release_at, state, intended_to, sent)
select 'acme', %(no)s, n, (n - 1) * 1000 + 1, least(n * 1000, %(people)s), now(), 'done', n * 1000, 1000
  from generate_series(1, (%(people)s + 999) / 1000) n"""
_SENT = """
insert into message_ranges
select 1, %(no)s, seq, seq + 249, 1, now() from generate_series(1, %(people)s, 250) seq"""
_FAILED = """
insert into message_facts (append_no, execution_no, seq, kind, at, detail)
select 2, %(no)s, seq, 2, now(), '{"reason": "550"}' from generate_series(1, %(people)s, 1000) seq"""
_ASK = """
insert into conversions (tenant_id, source_event_id, user_id, event_type, at, received_at)
select 'acme', gen_random_uuid()::text, 'u' || lpad((1 + random() * (%s - 1))::integer::text, 9, '0'), %s, now(), now()
  from generate_series(1, %s)"""

Ask = Callable[[], Awaitable[Any]]


class Run(msgspec.Struct, frozen=True):
    """One stored execution, and readings of it."""

    people: int
    campaign_id: CampaignId
    readings: PostgresDeliveryReadings

    def kinds(self) -> dict[str, Ask]:
        failed = RecipientFilter(state=MessageState.FAILED)
        return {
            "first page": lambda: self._page(RecipientFilter(), None),
            "deep page": lambda: self._page(RecipientFilter(), self._somewhere()),
            "by state": lambda: self._page(failed, self._somewhere()),
            "by variant": lambda: self._page(RecipientFilter(variant="B"), self._somewhere()),
            "by reason": lambda: self._page(RecipientFilter(reason="550"), self._somewhere()),
            "trace": lambda: self.readings.trace(TENANT, self.campaign_id, self._somebody(), None),
        }

    async def export(self, pages: int) -> None:
        cursor = None
        for _ in range(pages):
            page = await self.readings.recipients(TENANT, self.campaign_id, RecipientFilter(), limit=500, cursor=cursor)
            cursor = page.next_cursor

    async def _page(self, wanted: RecipientFilter, after: int | None) -> None:
        cursor = None if after is None else f"{_number(self.people)}.{after}"
        page = await self.readings.recipients(TENANT, self.campaign_id, wanted, limit=5, cursor=cursor)
        assert page.recipients, wanted

    def _somewhere(self) -> int:
        return random.randrange(self.people // 2)

    def _somebody(self) -> str:
        return f"u{random.randrange(1, self.people // 2):09d}"


def run() -> Iterable[str]:
    with durable_postgres() as url:
        for people in SIZES:
            _store(url, people)
        yield from asyncio.run(_compared(url))


async def _compared(url: str) -> list[str]:
    async with Database(url) as database:
        readings = PostgresDeliveryReadings(database)
        small, large = (Run(people, _campaign(people), readings) for people in SIZES)
        lines = []
        for name, ask in small.kinds().items():
            floor, ours = await _median(ask), await _median(large.kinds()[name])
            lines.append(_line(name, floor, ours))
        floor, ours = [await _attributed(url, database, people) for people in SIZES]
        lines.append(_line(f"attribution of {CONVERSIONS}", floor, ours))
        await large.export(EXPORTED // 10)
        before = peak_rss_mb()
        await large.export(EXPORTED)
        lines.append(line(ID, "<=1.1", peak_rss_mb() / before, what="export", peak=f"{peak_rss_mb()}MB"))
    return lines


def _line(name: str, floor: float, ours: float) -> str:
    return line(ID, "<=2", ours / floor, what=name, small=f"{floor * 1e3:.1f}ms", large=f"{ours * 1e3:.1f}ms")


async def _median(ask: Ask) -> float:
    await ask()
    taken = []
    for _ in range(ASKED):
        began = time.perf_counter()
        await ask()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


async def _attributed(url: str, database: Database, people: int) -> float:
    taken = []
    for _ in range(3):
        with psycopg.connect(url) as connection:
            connection.execute(_ASK, (people, f"order.{people}", CONVERSIONS))
        began = time.perf_counter()
        attribution, credited = Attribution(database, SystemClock(), News(database)), 0
        while step := await attribution.step():
            credited += step
        assert credited == CONVERSIONS
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _store(url: str, people: int) -> None:
    named = {"no": _number(people), "people": people, "campaign": _campaign(people), "brief": _brief(people)}
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into executions (tenant_id, execution_id, execution_no, campaign_id, kind, status, planned_for,"
            " started_at, audience, created_at, brief) values ('acme', gen_random_uuid(), %(no)s, %(campaign)s,"
            " 'manual', 'running', now(), now(), %(people)s, now() - interval '1 hour', %(brief)s)",
            named,
        )
        rule = "insert into conversion_rules values ('acme', %s, %s, 7, 'last_touch')"
        connection.execute(rule, (named["campaign"], f"order.{people}"))
        connection.execute("select create_plan_partition(%(no)s)", named)
        connection.execute(_BYTES_OF)
        plan = _PLAN.format(**named).replace("bytes_of", "pg_temp.bytes_of")
        connection.execute(plan.encode())
        connection.execute("select attach_plan_partition(%(no)s)", named)
        for statement in (_BATCHES, _SENT, _FAILED):
            connection.execute(statement, named)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def _number(people: int) -> int:
    return _FIRST_LARGE + SIZES.index(people)


def _campaign(people: int) -> CampaignId:
    return CampaignId(uuid.UUID(int=people))


def _brief(people: int) -> str:
    brief = Brief(
        tenant_id=TENANT,
        campaign_id=_campaign(people),
        campaign_name="Spring",
        starts_at=datetime.now(UTC) - timedelta(hours=1),
        variants=tuple(
            BriefVariant(variant_id=VariantId(uuid.UUID(int=n)), name=name, allocation=50)
            for n, name in enumerate("AB")
        ),
        channels=(Channel(channel_type=ChannelType.EMAIL, content=CONTENT),),
    )
    return msgspec.json.encode(msgspec.structs.replace(brief, unreported=(ChannelType.EMAIL,))).decode()

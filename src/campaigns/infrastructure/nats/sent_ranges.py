"""Ranges of the ledger as news: everybody in them was sent."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.nats.encoded_events import EncodedEvent
from campaigns.infrastructure.nats.event_template import EventTemplates
from campaigns.infrastructure.nats.message_news import LedgerLine, news_of
from campaigns.infrastructure.nats.named_variants import Variants
from campaigns.infrastructure.nats.plan_pages import PAGE_BITS, Planned, PlanPage, pages_of

_RANGES = b"""
select r.append_no, r.execution_no, r.seq_from, r.seq_to, r.at, e.tenant_id, e.campaign_id, e.execution_id
  from message_ranges r join executions e on e.execution_no = r.execution_no
 where r.append_no > %s and r.append_no <= %s and r.kind = 1
 order by r.append_no, r.execution_no, r.seq_from"""

Pages = Mapping[int, Mapping[int, PlanPage]]
Overridden = Collection[tuple[int, int, int]]
"""append_no, execution_no, seq of facts that contradict a range of their own append."""


class SentRange(Struct, frozen=True):
    """Everybody from `seq_from` to `seq_to`, both included."""

    append_no: int
    execution_no: int
    seq_from: int
    seq_to: int
    at: datetime
    tenant_id: str
    campaign_id: UUID
    execution_id: UUID

    @property
    def pages(self) -> range:
        return range(self.seq_from >> PAGE_BITS, (self.seq_to >> PAGE_BITS) + 1)


async def sent_ranges(connection: AsyncConnection, after: int, up_to: int) -> list[SentRange]:
    """The ranges of these appends, in the order of the appends."""
    found = await (await connection.execute(_RANGES, (after, up_to), binary=True)).fetchall()
    return [SentRange(*row) for row in found]


async def news_of_ranges(
    connection: AsyncConnection, ranges: Sequence[SentRange], overridden: Overridden, variants: Variants
) -> list[EncodedEvent]:
    """One event for everybody in these ranges, in their order."""
    pages = await _pages(connection, ranges)
    return [event for told in ranges for event in _news(told, pages[told.execution_no], overridden, variants)]


async def _pages(connection: AsyncConnection, ranges: Sequence[SentRange]) -> Pages:
    wanted: dict[int, set[int]] = defaultdict(set)
    for told in ranges:
        wanted[told.execution_no].update(told.pages)
    return {number: await pages_of(connection, number, sorted(pages)) for number, pages in wanted.items()}


def _news(
    told: SentRange, pages: Mapping[int, PlanPage], overridden: Overridden, variants: Variants
) -> Iterator[EncodedEvent]:
    templates = EventTemplates(told.execution_no, lambda planned: example_of(told, planned, variants))
    for page in told.pages:
        for planned in pages[page].people(told.seq_from, told.seq_to) if page in pages else ():
            if not overridden or (told.append_no, told.execution_no, planned.seq) not in overridden:
                yield templates.told(planned)


def example_of(told: SentRange, planned: Planned, variants: Variants) -> CloudEvent:
    """The event about one message of a range."""
    line = LedgerLine(
        append_no=told.append_no,
        execution_no=told.execution_no,
        seq=planned.seq,
        kind=FactKind.SENT,
        at=told.at,
        detail=None,
        user_id=planned.user_id,
        variant=planned.variant,
        channel=planned.channel,
        tenant_id=told.tenant_id,
        campaign_id=told.campaign_id,
        execution_id=told.execution_id,
    )
    return news_of(line, "sent", variants)

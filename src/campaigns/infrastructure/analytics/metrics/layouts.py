"""Which variant and channel a message has, from the plan, which never changes: a few pages are remembered."""

from typing import Any, LiteralString

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import AsyncConnection

from campaigns.domain.delivery.numbers import CHANNEL_NUMBERS
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.analytics.metrics.local_hours import local_hours
from campaigns.infrastructure.analytics.metrics.pages import PAGE, PAGE_BITS, Bits, Seqs, by_page
from campaigns.infrastructure.analytics.metrics.slices import LedgerSlice
from campaigns.infrastructure.analytics.metrics.taken_over import TakenOver, taken_over

_MOST_PAGES = 256
_PLAN: LiteralString = """
    select seq_from, variants, channels from plan_pages
     where execution_no = %(no)s and page between %(first)s >> 6 and %(last)s >> 6"""
_SEGMENTS: LiteralString = "select number, bits from plan_segments where execution_no = %(no)s and page = %(page)s"
_TAKEN_OVER: LiteralString = """
    select seq, (detail->>'channel')::int from message_facts
     where execution_no = %(no)s and kind = 9 and seq between %(first)s and %(last)s and append_no <= %(after)s
     order by append_no"""
_RUN = """
    select execution_no, tenant_id, campaign_id, coalesce(brief->'unreported', '[]'), coalesce(brief->>'zone', 'UTC')
      from executions where execution_no = any(%s) and archived_at is null"""

Small = NDArray[np.int16]


class Run(Struct, frozen=True):
    """Whose execution it is, and on which channels (by number) nobody reports what was delivered."""

    tenant_id: TenantId
    campaign_id: CampaignId
    unreported: tuple[int, ...] = ()
    zone: str = "UTC"


class Layouts:
    """A bounded memory of plans, shared by all slices of one fold, which come in their order.

    A message that another channel took over counts for that one from then on.
    """

    def __init__(self) -> None:
        self._pages: dict[tuple[int, int], tuple[Small, Small, Small]] = {}
        self._runs: dict[int, Run] = {}
        self._taken_over: dict[int, TakenOver] = {}

    async def load(self, connection: AsyncConnection, pages: set[tuple[int, int]], ledger: LedgerSlice) -> None:
        """Have the plan of these pages at hand. A message that is in no plan has variant and channel -1."""
        self._settle()
        while len(self._pages) > _MOST_PAGES:
            self._pages.pop(next(iter(self._pages)))
        for key in pages - self._pages.keys():
            self._pages[key] = await _read(connection, *key, ledger.after)
        self._taken_over = taken_over(ledger)

    def _settle(self) -> None:
        """What the slice before said of channels holds for all that follows."""
        for execution_no, said in self._taken_over.items():
            for seq, channel in zip(said.seqs.tolist(), said.channels.tolist(), strict=True):
                page = self._pages.get((execution_no, seq >> PAGE_BITS))
                if page is not None:
                    page[1][seq & (PAGE - 1)] = channel
        self._taken_over = {}

    async def runs(self, connection: AsyncConnection, numbers: set[int]) -> dict[int, Run]:
        """The executions of these numbers; those that are gone, or archived and so at rest, are left out."""
        if missing := list(numbers - self._runs.keys()):
            rows = await (await connection.execute(_RUN, (missing,))).fetchall()
            self._runs |= {
                number: Run(
                    tenant_id, campaign_id, tuple(CHANNEL_NUMBERS[ChannelType(name)] for name in unreported), zone
                )
                for number, tenant_id, campaign_id, unreported, zone in rows
            }
        return {number: self._runs[number] for number in numbers & self._runs.keys()}

    def of(self, execution_no: int, seqs: Seqs, appends: NDArray[np.int64] | int) -> tuple[Small, Small]:
        """Variants of these messages, and their channels after these appends."""
        variants, channels = np.empty(len(seqs), np.int16), np.empty(len(seqs), np.int16)
        for page, where, places in by_page(seqs):
            planned_variants, planned_channels, _ = self._pages[execution_no, page]
            variants[where], channels[where] = planned_variants[places], planned_channels[places]
        if said := self._taken_over.get(execution_no):
            said.overwrite(channels, seqs, appends)
        return variants, channels

    def segments(self, execution_no: int, seqs: Seqs) -> Small:
        """In which segments the people of these messages were: bit n for segment n of the execution."""
        found = np.empty(len(seqs), np.int16)
        for page, where, places in by_page(seqs):
            found[where] = self._pages[execution_no, page][2][places]
        return found

    def hours(self, execution_no: int, quarters: NDArray[np.int64]) -> NDArray[np.int64]:
        """When the hours of the campaign's zone began that hold these quarters of an hour."""
        run = self._runs.get(execution_no)
        return local_hours(quarters, run.zone if run else "UTC")

    def hour(self, execution_no: int, quarter: int) -> int:
        return int(self.hours(execution_no, np.array([quarter], np.int64))[0])

    def variants(self, execution_no: int, seqs: Seqs) -> Small:
        """Variants of these messages."""
        return self.of(execution_no, seqs, 0)[0]

    def has_unreported(self, execution_no: int) -> bool:
        """Whether the execution, known from `runs`, uses a channel on which nobody reports what was delivered."""
        run = self._runs.get(execution_no)
        return run is not None and bool(run.unreported)

    def unreported(self, execution_no: int, seqs: Seqs, append_no: int) -> Bits:
        """Which of these messages were sent by such a channel."""
        if not self.has_unreported(execution_no):
            return np.zeros(len(seqs), np.bool_)
        return np.isin(self.of(execution_no, seqs, append_no)[1], self._runs[execution_no].unreported)


async def _read(connection: AsyncConnection, execution_no: int, page: int, after: int) -> tuple[Small, Small, Small]:
    variants, channels = np.full(PAGE, -1, np.int16), np.full(PAGE, -1, np.int16)
    first = page << PAGE_BITS
    segments = np.zeros(PAGE, np.int16)
    asked = {"no": execution_no, "page": page, "first": first, "last": first + PAGE - 1, "after": after}
    for start, some_variants, some_channels in await _rows(connection, _PLAN, asked):
        where = slice(start - first, start - first + len(some_variants))
        variants[where], channels[where] = _bytes(some_variants), _bytes(some_channels)
    for seq, channel in await _rows(connection, _TAKEN_OVER, asked):
        channels[seq - first] = channel
    for number, bits in await _rows(connection, _SEGMENTS, asked):
        segments |= np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little").astype(np.int16) << number
    return variants, channels, segments


def _bytes(packed: bytes) -> Small:
    """A byte each, 0 for none."""
    return np.frombuffer(packed, np.uint8).astype(np.int16) - 1


async def _rows(connection: AsyncConnection, statement: LiteralString, asked: dict[str, int]) -> list[Any]:
    return await (await connection.execute(statement, asked, binary=True)).fetchall()

"""Which variant and channel a message has, from the plan, which never changes: a few pages are remembered."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import AsyncConnection

from campaigns.domain.delivery.numbers import CHANNEL_NUMBERS
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.analytics.metrics.pages import PAGE, PAGE_BITS, Bits, Seqs

_MOST_PAGES = 256
_PLAN = """
    select seq, variant, channel from messages
     where execution_no = %(no)s and page between %(first)s >> 6 and %(last)s >> 6"""
_RUN = """
    select execution_no, tenant_id, campaign_id, coalesce(brief->'unreported', '[]')
      from executions where execution_no = any(%s) and archived_at is null"""

Small = NDArray[np.int16]


class Run(Struct, frozen=True):
    """Whose execution it is, and on which channels (by number) nobody reports what was delivered."""

    tenant_id: TenantId
    campaign_id: CampaignId
    unreported: tuple[int, ...] = ()


class Layouts:
    """A bounded memory of plans, shared by all slices of one fold."""

    def __init__(self) -> None:
        self._pages: dict[tuple[int, int], tuple[Small, Small]] = {}
        self._runs: dict[int, Run] = {}

    async def load(self, connection: AsyncConnection, pages: set[tuple[int, int]]) -> None:
        """Have the plan of these pages at hand. A message that is in no plan has variant and channel -1."""
        while len(self._pages) > _MOST_PAGES:
            self._pages.pop(next(iter(self._pages)))
        for key in pages - self._pages.keys():
            self._pages[key] = await _read(connection, *key)

    async def runs(self, connection: AsyncConnection, numbers: set[int]) -> dict[int, Run]:
        """The executions of these numbers; those that are gone, or archived and so at rest, are left out."""
        if missing := list(numbers - self._runs.keys()):
            rows = await (await connection.execute(_RUN, (missing,))).fetchall()
            self._runs |= {
                number: Run(tenant_id, campaign_id, tuple(CHANNEL_NUMBERS[ChannelType(name)] for name in unreported))
                for number, tenant_id, campaign_id, unreported in rows
            }
        return {number: self._runs[number] for number in numbers & self._runs.keys()}

    def of(self, execution_no: int, seqs: Seqs) -> tuple[Small, Small]:
        """Variants and channels of these messages."""
        variants, channels = np.empty(len(seqs), np.int16), np.empty(len(seqs), np.int16)
        pages = seqs >> PAGE_BITS
        for page in np.unique(pages):
            where = pages == page
            planned_variants, planned_channels = self._pages[execution_no, int(page)]
            places = seqs[where] & (PAGE - 1)
            variants[where], channels[where] = planned_variants[places], planned_channels[places]
        return variants, channels

    def has_unreported(self, execution_no: int) -> bool:
        """Whether the execution, known from `runs`, uses a channel on which nobody reports what was delivered."""
        run = self._runs.get(execution_no)
        return run is not None and bool(run.unreported)

    def unreported(self, execution_no: int, seqs: Seqs) -> Bits:
        """Which of these messages were planned for such a channel."""
        if not self.has_unreported(execution_no):
            return np.zeros(len(seqs), np.bool_)
        return np.isin(self.of(execution_no, seqs)[1], self._runs[execution_no].unreported)


async def _read(connection: AsyncConnection, execution_no: int, page: int) -> tuple[Small, Small]:
    variants, channels = np.full(PAGE, -1, np.int16), np.full(PAGE, -1, np.int16)
    first = page << PAGE_BITS
    asked = {"no": execution_no, "first": first, "last": first + PAGE - 1}
    rows = await (await connection.execute(_PLAN, asked, binary=True)).fetchall()
    if rows:
        seqs, some_variants, some_channels = (np.array(column) for column in zip(*rows, strict=True))
        variants[seqs - first], channels[seqs - first] = some_variants, some_channels
    return variants, channels

"""Frequency caps, answered from the ledger: how often was each of these people written to lately?"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from numpy.typing import NDArray

from campaigns.domain.audience.standing import capped_on
from campaigns.domain.delivery.numbers import CHANNEL_NUMBERS
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import LONGEST_CAP_DAYS, FrequencyCap
from campaigns.infrastructure.delivery.contact_pages import make_pages, unpacked
from campaigns.infrastructure.postgres.database import Database

# A cancelled batch had sent what was intended; of any other, everything was sent or will be.
_BATCHES: LiteralString = """
select b.execution_no, c.type, b.seq_from, case b.state when 'cancelled' then b.intended_to else b.seq_to end,
       extract(epoch from greatest(b.release_at, b.claimed_at))::float8
  from batches b join executions e on e.execution_no = b.execution_no
  left join campaign_listing c on c.campaign_id = e.campaign_id
 where e.tenant_id = %s and (e.finished_at is null or e.finished_at > %s)
 order by b.execution_no, b.seq_from"""
_UNSENT: LiteralString = """
select f.execution_no, array_agg(distinct f.seq order by f.seq) from message_facts f
 where f.execution_no = any(%s) and f.kind in (2, 3, 5) group by f.execution_no"""
_FELL_BACK: LiteralString = """
select distinct on (f.execution_no, f.seq) f.execution_no, f.seq, (f.detail->>'channel')::int from message_facts f
 where f.execution_no = any(%s) and f.kind = 9 order by f.execution_no, f.seq, f.append_no desc"""
_PAGES: LiteralString = """
select execution_no, seq_from, people from contact_pages
 where execution_no = any(%s) and first_user <= %s and last_user >= %s"""

_NOBODY = pa.nulls(0, pa.string())  # pa.array would import pandas, where it is installed


class Sendings(Struct, frozen=True):
    """One execution's batches, by their first message; `sent_to` is the last that counts, `at` in seconds.

    `fell_back`: messages that another channel took over, by number, and that channel.
    """

    first: NDArray[np.int32]
    sent_to: NDArray[np.int32]
    at: NDArray[np.float64]
    unsent: NDArray[np.int32]
    campaign_type: str | None
    fell_back: Mapping[int, int]

    def count(self, page: "Page", cap: "Cap") -> NDArray[np.bool_]:
        """Which of these messages count against the cap."""
        if cap.campaign_type not in (None, self.campaign_type):
            return np.zeros(len(page.seqs), np.bool_)
        batch = np.searchsorted(self.first, page.seqs, side="right") - 1
        counts: NDArray[np.bool_] = (page.seqs <= self.sent_to[batch]) & (self.at[batch] >= cap.since)
        counts &= ~np.isin(page.seqs, self.unsent)
        return counts if cap.channel is None else counts & (self.channels(page) == cap.channel)

    def channels(self, page: "Page") -> NDArray[np.int8]:
        """The channel that each message took, not only the one that was planned."""
        taken = page.channels.copy()
        for seq, channel in self.fell_back.items():
            taken[page.seqs == seq] = channel
        return taken


class Page(Struct, frozen=True):
    """Some people of one plan, by the number of their message."""

    sendings: Sendings
    seqs: NDArray[np.int32]
    people: Any
    channels: NDArray[np.int8]


class Cap(Struct, frozen=True):
    """So many messages since an instant (in seconds), perhaps of one channel's number or one type of campaign.

    `closes`: what it closes to who has had them, packed as standing.
    """

    messages: int
    since: float
    channel: int | None
    campaign_type: str | None
    closes: int


class PagedContacts:
    """`Contacts` over pages: only those are read that hold ids between the first and the last asked for."""

    def __init__(self, database: Database, sendings: dict[int, Sendings], caps: Sequence[Cap]) -> None:
        self._database = database
        self._sendings = sendings
        self._caps = caps

    async def capped(self, user_ids: Any) -> Any:
        rows: list[tuple[int, int, bytes]] = []
        if self._sendings:
            asked = (list(self._sendings), user_ids[-1].as_py(), user_ids[0].as_py())
            async with self._database.system() as connection:
                rows = await (await connection.execute(_PAGES, asked, binary=True)).fetchall()
        return await asyncio.to_thread(self._capped, user_ids, rows)

    def _capped(self, user_ids: pa.StringArray, rows: Sequence[tuple[int, int, bytes]]) -> pa.Int64Array:
        pages = [_page(self._sendings[execution_no], seq_from, content) for execution_no, seq_from, content in rows]
        closed = np.zeros(len(user_ids), np.int64)
        for cap in self._caps:
            over = pc.is_in(user_ids, value_set=_over(pages, cap))
            closed |= np.where(over.to_numpy(zero_copy_only=False), np.int64(cap.closes), np.int64(0))
        return pa.array(closed)


class PostgresRecentContacts:
    """`RecentContacts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def within(self, tenant_id: TenantId, caps: Sequence[FrequencyCap], now: datetime) -> PagedContacts:
        asked = [_cap(cap, now) for cap in caps]
        first = datetime.fromtimestamp(min(cap.since for cap in asked), UTC)
        async with self._database.system() as connection:
            await make_pages(connection, tenant_id, now)
            batches = await (await connection.execute(_BATCHES, (tenant_id, first))).fetchall()
            numbers = sorted({row[0] for row in batches})
            unsent = dict(await (await connection.execute(_UNSENT, (numbers,))).fetchall())
            moved = await (await connection.execute(_FELL_BACK, (numbers,))).fetchall()
        fell_back: dict[int, dict[int, int]] = {}
        for execution_no, seq, channel in moved:
            fell_back.setdefault(execution_no, {})[seq] = channel
        return PagedContacts(self._database, _sendings(batches, unsent, fell_back), asked)


def _cap(cap: FrequencyCap, now: datetime) -> Cap:
    return Cap(
        messages=cap.messages,
        since=(now - timedelta(days=min(cap.days, LONGEST_CAP_DAYS))).timestamp(),
        channel=None if cap.channel is None else CHANNEL_NUMBERS[cap.channel],
        campaign_type=cap.campaign_type,
        closes=capped_on(cap.channel),
    )


def _sendings(
    batches: Sequence[Any], unsent: Mapping[int, list[int]], fell_back: Mapping[int, Mapping[int, int]]
) -> dict[int, Sendings]:
    found: dict[tuple[int, str | None], list[Any]] = {}
    for execution_no, campaign_type, *batch in batches:
        found.setdefault((execution_no, campaign_type), []).append(batch)
    return {
        number: _sending(rows, unsent.get(number, []), campaign_type, fell_back.get(number, {}))
        for (number, campaign_type), rows in found.items()
    }


def _sending(
    rows: Sequence[Any], unsent: Sequence[int], campaign_type: str | None, fell_back: Mapping[int, int]
) -> Sendings:
    first, sent_to, at = zip(*rows, strict=True)
    return Sendings(
        first=np.array(first, np.int32),
        sent_to=np.array(sent_to, np.int32),
        at=np.array(at),
        unsent=np.array(unsent, np.int32),
        campaign_type=campaign_type,
        fell_back=fell_back,
    )


def _page(sendings: Sendings, first: int, content: bytes) -> Page:
    people, channels = unpacked(content)
    return Page(sendings, np.arange(first, first + len(people), dtype=np.int32), people, channels)


def _over(pages: Sequence[Page], cap: Cap) -> pa.StringArray:
    """Those who have had as many as the cap allows."""
    contacted = [page.people.filter(pa.array(page.sendings.count(page, cap))) for page in pages]
    counted = pc.value_counts(pa.concat_arrays([_NOBODY, *contacted]).drop_null())
    return counted.field("values").filter(pc.greater_equal(counted.field("counts"), cap.messages))

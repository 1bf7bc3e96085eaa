"""Frequency caps, answered from the ledger: how often was each of these people written to lately?"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from numpy.typing import NDArray

from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import LONGEST_CAP_DAYS, FrequencyCap
from campaigns.infrastructure.delivery.contact_pages import make_pages, unpacked
from campaigns.infrastructure.postgres.database import Database

# A cancelled batch had sent what was intended; of any other, everything was sent or will be.
_BATCHES: LiteralString = """
select b.execution_no, b.seq_from, case b.state when 'cancelled' then b.intended_to else b.seq_to end,
       extract(epoch from greatest(b.release_at, b.claimed_at))::float8
  from batches b join executions e on e.execution_no = b.execution_no
 where e.tenant_id = %s and (e.finished_at is null or e.finished_at > %s)
 order by b.execution_no, b.seq_from"""
_UNSENT: LiteralString = """
select f.execution_no, array_agg(distinct f.seq order by f.seq) from message_facts f
 where f.execution_no = any(%s) and f.kind in (2, 3, 5) group by f.execution_no"""
_PAGES: LiteralString = """
select execution_no, seq_from, people from contact_pages
 where execution_no = any(%s) and first_user <= %s and last_user >= %s"""

_NOBODY = pa.array([], pa.string())


class Sendings(Struct, frozen=True):
    """One execution's batches, by their first message; `sent_to` is the last that counts, `at` in seconds."""

    first: NDArray[np.int32]
    sent_to: NDArray[np.int32]
    at: NDArray[np.float64]
    unsent: NDArray[np.int32]

    def count(self, seqs: NDArray[np.int32], since: float) -> NDArray[np.bool_]:
        """Which of these messages are contacts since then."""
        batch = np.searchsorted(self.first, seqs, side="right") - 1
        counts: NDArray[np.bool_] = (seqs <= self.sent_to[batch]) & (self.at[batch] >= since)
        return counts & ~np.isin(seqs, self.unsent)


class PagedContacts:
    """`Contacts` over pages: only those are read that hold ids between the first and the last asked for."""

    def __init__(self, database: Database, sendings: dict[int, Sendings], caps: Sequence[tuple[int, float]]) -> None:
        """`caps` are numbers of messages, and the instant since when they count."""
        self._database = database
        self._sendings = sendings
        self._caps = caps

    async def over(self, user_ids: Any) -> Any:
        pages: list[tuple[int, int, bytes]] = []
        if self._sendings:
            asked = (list(self._sendings), user_ids[-1].as_py(), user_ids[0].as_py())
            async with self._database.system() as connection:
                pages = await (await connection.execute(_PAGES, asked, binary=True)).fetchall()
        return await asyncio.to_thread(self._over, user_ids, pages)

    def _over(self, user_ids: pa.StringArray, pages: Sequence[tuple[int, int, bytes]]) -> pa.BooleanArray:
        read = [(self._sendings[execution_no], seq_from, unpacked(people)) for execution_no, seq_from, people in pages]
        capped = [self._at_cap(read, messages, since) for messages, since in self._caps]
        return pc.is_in(user_ids, value_set=pa.concat_arrays([_NOBODY, *capped]))

    def _at_cap(
        self, pages: Sequence[tuple[Sendings, int, pa.StringArray]], messages: int, since: float
    ) -> pa.StringArray:
        contacted = [people.filter(pa.array(sent.count(_seqs(first, people), since))) for sent, first, people in pages]
        counted = pc.value_counts(pa.concat_arrays([_NOBODY, *contacted]).drop_null())
        return counted.field("values").filter(pc.greater_equal(counted.field("counts"), messages))


class PostgresRecentContacts:
    """`RecentContacts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def within(self, tenant_id: TenantId, caps: Sequence[FrequencyCap], now: datetime) -> PagedContacts:
        since = [now - timedelta(days=min(cap.days, LONGEST_CAP_DAYS)) for cap in caps]
        async with self._database.system() as connection:
            await make_pages(connection, tenant_id, now)
            batches = await (await connection.execute(_BATCHES, (tenant_id, min(since)))).fetchall()
            numbers = sorted({row[0] for row in batches})
            unsent = dict(await (await connection.execute(_UNSENT, (numbers,))).fetchall())
        asked = [(cap.messages, start.timestamp()) for cap, start in zip(caps, since, strict=True)]
        return PagedContacts(self._database, _sendings(batches, unsent), asked)


def _sendings(batches: Sequence[Any], unsent: dict[int, list[int]]) -> dict[int, Sendings]:
    found: dict[int, list[Any]] = {}
    for execution_no, *batch in batches:
        found.setdefault(execution_no, []).append(batch)
    return {number: _sending(rows, unsent.get(number, [])) for number, rows in found.items()}


def _sending(rows: Sequence[Any], unsent: Sequence[int]) -> Sendings:
    first, sent_to, at = zip(*rows, strict=True)
    return Sendings(np.array(first, np.int32), np.array(sent_to, np.int32), np.array(at), np.array(unsent, np.int32))


def _seqs(first: int, people: pa.StringArray) -> NDArray[np.int32]:
    return np.arange(first, first + len(people), dtype=np.int32)

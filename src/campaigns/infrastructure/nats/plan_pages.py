"""The plan by its pages, for those who tell of many messages at once."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from psycopg import AsyncConnection

PAGE_BITS = 6
_PAGES = b"""
select page, seq_from, variants, channels, user_ids from plan_pages
 where execution_no = %s and page = any(%s::integer[])"""
_NEXT_PAGES = b"""
select page, seq_from, variants, channels, user_ids from plan_pages
 where execution_no = %s and page >= %s order by page limit %s"""


class Planned(Struct, frozen=True, gc=False):
    """One message of the plan; variant and channel are -1 for none."""

    seq: int
    user_id: str
    variant: int
    channel: int


class PlanPage(Struct, frozen=True):
    """A page as it is stored: see the migration `plan_pages`."""

    page: int
    seq_from: int
    variants: bytes
    channels: bytes
    user_ids: Sequence[str | None]

    def people(self, first: int, last: int) -> Iterator[Planned]:
        """The messages from `first` to `last` that are on this page; nothing is told of who was erased."""
        start, end = max(first - self.seq_from, 0), last - self.seq_from + 1
        columns = zip(self.user_ids[start:end], self.variants[start:end], self.channels[start:end], strict=True)
        for seq, (user_id, variant, channel) in enumerate(columns, self.seq_from + start):
            if user_id is not None:
                yield Planned(seq, user_id, variant - 1, channel - 1)


async def pages_of(connection: AsyncConnection, execution_no: int, pages: Sequence[int]) -> dict[int, PlanPage]:
    """These pages by their number; those that do not exist are left out."""
    wanted = "{" + ",".join(map(str, pages)) + "}"
    cursor = await connection.execute(_PAGES, (execution_no, wanted), binary=True)
    return {row[0]: PlanPage(*row) for row in await cursor.fetchall()}


async def next_pages(connection: AsyncConnection, execution_no: int, page: int, limit: int) -> list[PlanPage]:
    """The pages from `page` on, in their order."""
    cursor = await connection.execute(_NEXT_PAGES, (execution_no, page, limit), binary=True)
    return [PlanPage(*row) for row in await cursor.fetchall()]

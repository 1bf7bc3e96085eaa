"""Which messages were counted already: one bit per message, kept in pages beside the figures."""

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

PAGE_BITS = 16
PAGE = 1 << PAGE_BITS
_READ = """
    select execution_no, measure, page, bits from metric_pages
     where generation = %s and (execution_no, measure, page) in (
       select * from unnest(%s::integer[], %s::text[], %s::integer[]))"""
_WRITE = """
    insert into metric_pages (generation, execution_no, measure, page, bits) values (%s, %s, %s, %s, %s)
    on conflict (execution_no, generation, measure, page) do update set bits = excluded.bits"""

PageKey = tuple[int, str, int]
Seqs = NDArray[np.int64]
Bits = NDArray[np.bool_]


class Pages:
    """The pages that one slice touches, loaded before and stored after, in the slice's transaction."""

    def __init__(self) -> None:
        self._pages: dict[PageKey, Bits] = {}
        self._changed: set[PageKey] = set()

    async def load(self, connection: AsyncConnection, generation: int, keys: set[PageKey]) -> None:
        """Have these pages at hand; those never written are empty."""
        missing = sorted(keys - self._pages.keys())
        for key in missing:
            self._pages[key] = np.zeros(PAGE, dtype=np.bool_)
        columns = [list(column) for column in zip(*missing, strict=True)] if missing else [[], [], []]
        for execution_no, measure, page, bits in await (
            await connection.execute(_READ, (generation, *columns), binary=True)
        ).fetchall():
            unpacked = np.unpackbits(np.frombuffer(bits, dtype=np.uint8))
            self._pages[execution_no, measure, page] = unpacked.astype(np.bool_)

    async def store(self, connection: AsyncConnection, generation: int) -> None:
        """Write the changed pages back."""
        rows = [(generation, *key, np.packbits(self._pages[key]).tobytes()) for key in sorted(self._changed)]
        async with connection.cursor() as cursor:
            await cursor.executemany(_WRITE, rows)

    def are_set(self, execution_no: int, measure: str, seqs: Seqs) -> Bits:
        """For each message whether its bit is set."""
        found = np.empty(len(seqs), dtype=np.bool_)
        for page, where, places in _by_page(seqs):
            found[where] = self._pages[execution_no, measure, page][places]
        return found

    def mark(self, execution_no: int, measure: str, seqs: Seqs, *, value: bool) -> None:
        """Set or clear the bits of these messages."""
        for page, _, places in _by_page(seqs):
            key = (execution_no, measure, page)
            self._pages[key][places] = value
            self._changed.add(key)


def pages_of(seqs: Seqs) -> list[int]:
    """The numbers of the pages that hold these messages."""
    return [int(page) for page in np.unique(seqs >> PAGE_BITS)]


def _by_page(seqs: Seqs) -> list[tuple[int, Bits, Seqs]]:
    pages = seqs >> PAGE_BITS
    return [(int(page), where := pages == page, seqs[where] & (PAGE - 1)) for page in np.unique(pages)]

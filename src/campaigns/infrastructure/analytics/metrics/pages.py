"""Which messages were counted already: one bit per message, kept in pages beside the figures."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

PAGE_BITS = 16
PAGE = 1 << PAGE_BITS
_PAGE_BYTES = PAGE // 8
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
Where = slice | NDArray[np.intp]


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
            self._pages[execution_no, measure, page] = _unpacked(bits)

    async def store(self, connection: AsyncConnection, generation: int) -> None:
        """Write the changed pages back."""
        rows = [(generation, *key, _packed(self._pages[key])) for key in sorted(self._changed)]
        async with connection.cursor() as cursor:
            await cursor.executemany(_WRITE, rows)

    def are_set(self, execution_no: int, measure: str, seqs: Seqs) -> Bits:
        """For each message whether its bit is set."""
        found = np.empty(len(seqs), dtype=np.bool_)
        for page, where, places in by_page(seqs):
            found[where] = self._pages[execution_no, measure, page][places]
        return found

    def mark(self, execution_no: int, measure: str, seqs: Seqs, *, value: bool) -> None:
        """Set or clear the bits of these messages."""
        for page, _, places in by_page(seqs):
            key = (execution_no, measure, page)
            self._pages[key][places] = value
            self._changed.add(key)


def _packed(page: Bits) -> bytes:
    """Up to the last bit that is set: a small campaign fills the beginning of one page, and nothing compresses it."""
    return np.packbits(page).tobytes().rstrip(b"\0")


def _unpacked(written: bytes) -> Bits:
    return np.unpackbits(np.frombuffer(written.ljust(_PAGE_BYTES, b"\0"), np.uint8)).view(np.bool_)


def by_page(seqs: Seqs) -> Iterator[tuple[int, Where, Seqs]]:
    """For each page that holds some of these messages: its number, which of them, and their places on it."""
    if not len(seqs):
        return
    pages = (seqs >> PAGE_BITS).astype(np.int16)  # so small that sorting takes one look at each
    ascend = bool((pages[1:] >= pages[:-1]).all())  # stretches do
    order = None if ascend else np.argsort(pages, kind="stable")
    in_order = pages if order is None else pages[order]
    edges = np.flatnonzero(in_order[1:] != in_order[:-1]) + 1
    for start, end in pairwise((0, *edges.tolist(), len(seqs))):
        where = slice(start, end) if order is None else order[start:end]
        yield int(in_order[start]), where, seqs[where] & (PAGE - 1)

"""Stores who of a plan is in which segment: a bit for each message."""

from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.segment_marks import COLUMN, MarkedSegment, segments_of

PAGE_BITS = 16
_PAGE = 1 << PAGE_BITS
_NAME: LiteralString = """
insert into execution_segments (tenant_id, execution_no, number, segment_id, name) values (%s, %s, %s, %s, %s)"""
_STORE: LiteralString = "insert into plan_segments (execution_no, page, number, bits) values (%s, %s, %s, %s)"


class PlanSegments:
    """Collects the marks of a plan's lines."""

    def __init__(self) -> None:
        self.segments: Sequence[MarkedSegment] = ()
        self._pages: dict[int, NDArray[np.int16]] = {}

    def add(self, batch: Any, seqs: NDArray[np.int32]) -> None:
        """Remember the marks of a batch under these numbers; a batch without any is passed over."""
        if COLUMN not in batch.schema.names:
            return
        self.segments = self.segments or segments_of(batch)
        marks, pages = np.asarray(batch.column(COLUMN)), seqs >> PAGE_BITS
        for page in np.unique(pages).tolist():
            rows = pages == page
            self._pages.setdefault(page, np.zeros(_PAGE, np.int16))[seqs[rows] & (_PAGE - 1)] = marks[rows]

    async def store(self, connection: AsyncConnection, tenant_id: TenantId, execution_no: int) -> None:
        async with connection.cursor() as cursor:
            names = enumerate(self.segments)
            rows = [(tenant_id, execution_no, number, one.segment_id, one.name) for number, one in names]
            await cursor.executemany(_NAME, rows)
            await cursor.executemany(_STORE, list(self._rows(execution_no)))

    def _rows(self, execution_no: int) -> Iterator[tuple[int, int, int, bytes]]:
        for page, marks in sorted(self._pages.items()):
            for number in range(len(self.segments)):
                bits = np.packbits(marks >> number & 1, bitorder="little")
                if bits.any():
                    yield execution_no, page, number, bits.tobytes()

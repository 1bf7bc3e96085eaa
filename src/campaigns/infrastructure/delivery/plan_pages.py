"""Packs lines of the plan into pages of 64, as the ledger stores them: see `plan_pages` in the migrations."""

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campaigns.domain.delivery.sampling import FIRST_OF_REST
from campaigns.infrastructure.distinct import distinct

PAGE_BITS = 6
_PER_PAGE = 1 << PAGE_BITS
_TEXT_OID = 25
_HEAD = struct.Struct("!hiiiii")  # six columns; page and seq_from, four bytes each; how long `variants` is
_LENGTH = struct.Struct("!i")
_ARRAY = struct.Struct("!iiiiii")  # length, dimensions, has nulls, element type, elements, lower bound

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
COLUMNS: LiteralString = "page, seq_from, variants, channels, reasons, user_ids"


class PlanPages:
    """Takes lines in the order of the plan, gives whole pages; what does not fill a page waits for more."""

    def __init__(self) -> None:
        self._waiting: list[Any] = [None, None, None]

    def add(self, lines: Any) -> Iterator["Pages"]:
        """Pages filled by these lines (`seq, variant, channel, reason, user_id`)."""
        for which, some in enumerate(_stretches(lines)):
            waiting = self._joined(which, some)
            if waiting.num_rows:
                whole = _whole(waiting)
                self._waiting[which] = waiting.slice(whole)
                if whole:
                    yield Pages(waiting.slice(0, whole))

    def rest(self) -> Iterator["Pages"]:
        """The last page of each stretch, as full as it is."""
        yield from (Pages(lines) for lines in self._waiting if lines is not None and lines.num_rows)

    def _joined(self, which: int, lines: Any) -> Any:
        waiting = self._waiting[which]
        return lines if waiting is None or not waiting.num_rows else pa.concat_batches([waiting, lines])


def _stretches(lines: Any) -> tuple[Any, Any, Any]:
    """Who is sent to at once, who waits for the winner of a test, who is kept back."""
    seq = lines.column("seq")
    goes, last = pc.greater(seq, 0), np.max(np.asarray(seq))
    kept = lines.filter(pc.invert(goes))
    if last < FIRST_OF_REST:
        return lines.filter(goes), lines.slice(0, 0), kept
    waits = pc.greater_equal(seq, FIRST_OF_REST)
    return lines.filter(pc.and_not(goes, waits)), lines.filter(waits), kept


class Pages:
    """Lines of one stretch that make up pages."""

    def __init__(self, lines: Any) -> None:
        self._seq: npt.NDArray[np.int32] = np.asarray(lines.column("seq"))
        if self._seq[0] < 0:  # pages ascend by seq, those who are kept back come descending
            lines = lines.take(pa.array(np.arange(lines.num_rows - 1, -1, -1, dtype=np.int32)))
            self._seq = self._seq[::-1]
        self._user_ids = lines.column("user_id")
        self._bytes = [
            (np.asarray(lines.column(name)) + plus).astype(np.uint8).tobytes()
            for name, plus in (("variant", 1), ("channel", 1), ("reason", 0))
        ]
        starts = np.flatnonzero((self._seq & (_PER_PAGE - 1)) == 0)
        self._cuts: list[int] = distinct(np.concatenate(([0], starts, [len(self._seq)]))).tolist()

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Values of COLUMNS."""
        for first, end in pairwise(self._cuts):
            seq = int(self._seq[first])
            ids = self._user_ids.slice(first, end - first).to_pylist()
            yield (seq >> PAGE_BITS, seq, *(column[first:end] for column in self._bytes), ids)

    def encoded(self) -> bytes:
        """The rows as binary COPY takes them, without header and trailer."""
        texts, offsets = _elements(self._user_ids)
        seqs: list[int] = self._seq[self._cuts[:-1]].tolist()
        ends: list[int] = offsets[self._cuts].tolist()
        parts: list[bytes | memoryview] = []
        for number, (first, end) in enumerate(pairwise(self._cuts)):
            count, seq = end - first, seqs[number]
            variants, channels, reasons = (column[first:end] for column in self._bytes)
            length = _LENGTH.pack(count)
            text = texts[ends[number] : ends[number + 1]]
            parts += (_HEAD.pack(6, 4, seq >> PAGE_BITS, 4, seq, count), variants, length, channels, length, reasons)
            parts += (_ARRAY.pack(20 + len(text), 1, 0, _TEXT_OID, count, 1), text)
        return b"".join(parts)


def _whole(lines: Any) -> int:
    """How many of the lines fill pages; more of the last page may be to come."""
    last = int(lines.column("seq")[-1].as_py())
    in_last_page = (last + 1 if last > 0 else -last) & (_PER_PAGE - 1)
    return max(0, int(lines.num_rows) - in_last_page)


def _elements(user_ids: Any) -> tuple[memoryview, npt.NDArray[np.int32]]:
    """All ids as elements of an array (length, then bytes), one after the other, and where each begins."""
    lengths = np.asarray(pc.binary_length(user_ids)).astype(">i4")
    steps = pa.array(np.arange(0, 4 * len(lengths) + 1, 4, dtype=np.int32))
    prefixes = pa.Array.from_buffers(
        pa.binary(), len(lengths), [None, steps.buffers()[1], pa.py_buffer(lengths.tobytes())]
    )
    joined = pc.binary_join_element_wise(prefixes, user_ids.cast(pa.binary()), b"")
    offsets = np.frombuffer(joined.buffers()[1], dtype=np.int32)[: len(lengths) + 1]
    return memoryview(joined.buffers()[2]), offsets

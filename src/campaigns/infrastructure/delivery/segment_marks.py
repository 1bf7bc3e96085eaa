"""Who of an audience is in which of the segments it is made of, whatever engine finds them.

The audience and each segment come in the order of the user ids: they are read side by side, a batch at a time.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from numpy.typing import NDArray

from campaigns.domain.shared.ids import SegmentId

COLUMN, NAMES = "segments", b"segments"
MOST = 15  # bits of a smallint


class MarkedSegment(Struct, frozen=True):
    """A segment that an audience is made of; its number is its place among them."""

    segment_id: SegmentId
    name: str


class SegmentMarks:
    """Adds a column `segments` (int16, bit n for segment n), and the segments themselves to the schema."""

    def __init__(self, people: Mapping[MarkedSegment, AsyncIterator[Any]]) -> None:
        self._segments = tuple(people)
        self._people = [_Upto(batches) for batches in people.values()]

    async def __call__(self, batch: Any) -> Any:
        marks = np.zeros(batch.num_rows, np.int16)
        if batch.num_rows:
            last = batch.column("user_id")[-1].as_py()
            for number, members in enumerate(self._people):
                marks |= (await members.among(batch.column("user_id"), last)).astype(np.int16) << number
        known = {**(batch.schema.metadata or {}), NAMES: msgspec.json.encode(self._segments)}
        return batch.append_column(COLUMN, pa.array(marks)).replace_schema_metadata(known)


class _Upto:
    """One segment's people, read as far as is asked."""

    def __init__(self, batches: AsyncIterator[Any]) -> None:
        self._batches = batches
        self._ahead: list[Any] = []
        self._ended = False

    async def among(self, user_ids: Any, last: str) -> NDArray[np.bool_]:
        """Which of these people, in their order and up to `last`, are in the segment."""
        while not self._ended and not (self._ahead and self._ahead[-1][-1].as_py() >= last):
            batch = await anext(self._batches, None)
            if batch is None:
                self._ended = True
            elif batch.num_rows:
                self._ahead.append(batch.column("user_id"))
        if not self._ahead:
            return np.zeros(len(user_ids), np.bool_)
        members = pa.chunked_array(self._ahead)
        self._ahead = [ahead for ahead in self._ahead if ahead[-1].as_py() > last]
        found: NDArray[np.bool_] = pc.is_in(user_ids, members).to_numpy(zero_copy_only=False)
        return found


def segments_of(batch: Any) -> Sequence[MarkedSegment]:
    """The segments that a batch is marked with; none when it is not."""
    written = (batch.schema.metadata or {}).get(NAMES)
    return msgspec.json.decode(written, type=list[MarkedSegment]) if written else ()

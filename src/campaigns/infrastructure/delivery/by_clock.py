"""An audience in the order of its people's clocks: first those whose hour comes first, each group by user id.

People come by user id. Who will be sent to is kept in a file for each group until all have come; memory stays flat.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.local_hours import ClockGroups, LocalHour, Stretch
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.addressing import with_columns
from campaigns.infrastructure.audience.audience_sql import ZONE
from campaigns.infrastructure.delivery.plan_lines import PlanLines

_MISSED = -1


class ByClock:
    """Turns an audience round once; `stretches` are known when it was read to its end."""

    def __init__(self, brief: Brief, hour: LocalHour, lines: PlanLines, scratch: Path) -> None:
        self._groups = ClockGroups(hour, brief.zone, brief.starts_at)
        self._lines = lines
        self._scratch = scratch
        self.stretches: list[Stretch] = []

    async def sorted(self, audience: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """First who is not sent to, by user id; then the groups, each by user id."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="clocks-", dir=self._scratch) as folder, ExitStack() as files:
            kept = _Files(Path(folder), files)
            async for batch in audience:
                yield await asyncio.to_thread(self._sort_out, batch, kept)
            kept.close()
            for number, group in self._groups.in_order():
                first = self._lines.to_send + 1
                self._lines.begin_stretch()
                for batch in kept.read(number):
                    yield batch
                last = self._lines.to_send
                self.stretches.append(
                    Stretch(seq_from=first, seq_to=last, not_before=group.not_before, zone=group.zone)
                )

    def _sort_out(self, batch: Any, kept: "_Files") -> Any:
        """Puts those aside who are sent to; returns the others."""
        groups = self._group_numbers(batch)
        reason, channel = np.array(batch.column("reason")), np.array(batch.column("channel"))
        missed = (reason == SkipReason.NONE) & (groups == _MISSED)
        reason[missed], channel[missed] = SkipReason.LOCAL_HOUR_PASSED, -1
        decided = with_columns(batch, channel=channel, reason=reason)
        goes = reason == SkipReason.NONE
        places = np.flatnonzero(goes)
        by_group = places[np.argsort(groups[places], kind="stable")]  # within a group still by user id
        numbers, firsts = np.unique(groups[by_group], return_index=True)
        sorted_out = decided.take(pa.array(by_group))
        for number, first, end in zip(numbers.tolist(), firsts, [*firsts[1:], len(by_group)], strict=True):
            kept.add(number, sorted_out.slice(first, end - first))
        return decided.filter(pa.array(~goes))

    def _group_numbers(self, batch: Any) -> NDArray[np.int64]:
        if ZONE not in batch.schema.names:
            return np.full(batch.num_rows, self._number(None), np.int64)
        zones = batch.column(ZONE).dictionary_encode()
        numbers = np.array([*map(self._number, zones.dictionary.to_pylist()), self._number(None)], np.int64)
        return numbers[np.asarray(zones.indices.fill_null(len(numbers) - 1))]  # type: ignore[no-any-return]

    def _number(self, zone: str | None) -> int:
        number = self._groups.of(zone)
        return _MISSED if number is None else number


class _Files:
    """A file of record batches for each group."""

    def __init__(self, folder: Path, opened: ExitStack) -> None:
        self._folder = folder
        self._opened = opened
        self._writers: dict[int, Any] = {}

    def add(self, group: int, batch: Any) -> None:
        if group not in self._writers:
            sink = self._opened.enter_context(pa.OSFile(str(self._folder / str(group)), "wb"))
            self._writers[group] = self._opened.enter_context(pa.ipc.new_stream(sink, batch.schema))
        self._writers[group].write_batch(batch)

    def close(self) -> None:
        self._opened.close()

    def read(self, group: int) -> Iterator[Any]:
        if group not in self._writers:
            return
        with pa.OSFile(str(self._folder / str(group))) as source, pa.ipc.open_stream(source) as batches:
            yield from batches

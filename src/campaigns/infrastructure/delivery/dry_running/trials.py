"""`Trials` by the very decisions that are stored as a plan."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from campaigns.application.delivery.dry_running.ports import DecidedPart
from campaigns.application.shared.context import Caller
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.forecast import Cell
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.delivery.pacing import PacedBatch
from campaigns.domain.delivery.sampling import FIRST_OF_REST, is_of_rest
from campaigns.domain.shared.channels import ChannelType
from campaigns.infrastructure.delivery.plan_decisions import PlanDecisions

_CHANNELS, _REASONS = 64, 64  # more than there are
_FEW = 5
Numbers = NDArray[np.int64]
Small = NDArray[np.int8]


class Decided(Protocol):
    """People being decided, as a plan holds them."""

    def numbered(self) -> AsyncIterator[Any]:
        """Everybody, as Arrow batches of seq (above 0 for who would be sent to), user_id, variant, channel, reason."""

    def batches(self) -> Sequence[PacedBatch]:
        """After the last of them."""


class PlannedTrial:
    """Keeps counts, and one byte for each message: its channel. `said`: by seq, the events that are answered."""

    def __init__(self, decided: Decided, said: Mapping[int, Mapping[str, Any]]) -> None:
        self._decided = decided
        self._said = said
        self._cells: Numbers = np.zeros(0, np.int64)
        self._by_seq: tuple[list[Small], list[Small]] = ([], [])
        self._channels: tuple[Small, Small] | None = None

    async def parts(self, every: int) -> AsyncIterator[DecidedPart]:
        async for lines in self._decided.numbered():
            variant, channel, reason = (np.asarray(lines.column(name)) for name in ("variant", "channel", "reason"))
            self._count(variant, channel, reason)
            self._keep(np.asarray(lines.column("seq")), channel.astype(np.int8))
            chosen = _each(lines, every, channel, variant)
            said = {seq: self._said[seq] for seq, *_ in chosen if seq in self._said}
            yield DecidedPart(size=lines.num_rows, people=_first_few(lines, reason), chosen=chosen, said=said)

    def cells(self) -> Sequence[Cell]:
        found = np.flatnonzero(self._cells)
        return [_cell(int(code), int(self._cells[code])) for code in found]

    def batches(self) -> Sequence[PacedBatch]:
        return self._decided.batches()

    def messages(self, batch: PacedBatch) -> Mapping[ChannelType, int]:
        if self._channels is None:
            self._channels = (_joined(self._by_seq[0]), _joined(self._by_seq[1]))
        waits = is_of_rest(batch.seq_from)
        first = batch.seq_from - (FIRST_OF_REST if waits else 1)
        counts = np.bincount(self._channels[waits][first : first + batch.size])
        return {CHANNELS_BY_NUMBER[number]: int(count) for number, count in enumerate(counts) if count}

    def _keep(self, seq: Any, channel: Small) -> None:
        self._by_seq[0].append(channel[(seq > 0) & (seq < FIRST_OF_REST)])
        self._by_seq[1].append(channel[seq >= FIRST_OF_REST])

    def _count(self, variant: Any, channel: Any, reason: Any) -> None:
        codes = ((variant.astype(np.int64) + 1) * _CHANNELS + channel + 1) * _REASONS + reason
        counts = np.bincount(codes, minlength=len(self._cells))
        counts[: len(self._cells)] += self._cells
        self._cells = counts


class PlannedTrials:
    """`Trials`."""

    def __init__(self, decisions: PlanDecisions) -> None:
        self._decisions = decisions

    @asynccontextmanager
    async def open(self, brief: Brief, caller: Caller) -> AsyncIterator[PlannedTrial]:
        async with self._decisions.open(brief, caller) as deciding:
            yield PlannedTrial(deciding, {})


def _cell(code: int, people: int) -> Cell:
    place, reason = divmod(code, _REASONS)
    variant, channel = divmod(place, _CHANNELS)
    return Cell(variant - 1, channel - 1, reason, people)


def _first_few(lines: Any, reason: NDArray[np.int16]) -> dict[int, list[str]]:
    user_ids = lines.column("user_id")
    return {
        int(number): user_ids.take(np.flatnonzero(reason == number)[:_FEW]).to_pylist()
        for number in np.unique(reason)
        if number
    }


def _each(lines: Any, every: int, channel: Any, variant: Any) -> list[tuple[int, str, int, int]]:
    seq = np.asarray(lines.column("seq"))
    places = np.flatnonzero((seq > 0) & ((seq - 1) % every == 0))
    user_ids = lines.column("user_id").take(places).to_pylist()
    columns = (seq[places].tolist(), user_ids, variant[places].tolist(), channel[places].tolist())
    return list(zip(*columns, strict=True))


def _joined(parts: Sequence[Small]) -> Small:
    return np.concatenate([np.zeros(0, np.int8), *parts])

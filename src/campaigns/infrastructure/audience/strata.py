"""Sorting an audience into strata, drawing its holdout stratum by stratum, and counting both, batch by batch."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from campaigns.application.audience.ports import StratumCount
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.audience.standing import CHANNEL_NUMBERS
from campaigns.domain.audience.stratifying import (
    BEYOND_ALL_RANKS,
    CHANNEL,
    MOST_STRATA,
    Stratum,
    bound_between,
    quotas,
    stratum_of,
    usual_bound,
)
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.audience_sql import stratum_column

COLUMN, BOUNDS = "stratum", b"strata"
_CHANNELS = [channel.value for channel in CHANNEL_NUMBERS]
Ranks = NDArray[np.int64]


def strata_of(names: Sequence[str], batch: pa.RecordBatch, channel: NDArray[np.int16]) -> pa.StringArray:
    """The stratum of each person of a batch; `channel` by number, -1 for who is not reached: null."""
    columns = [_by_channel(channel) if name == CHANNEL else _texts(batch, at) for at, name in enumerate(names)]
    codes = np.zeros(len(channel), np.int64)
    texts: list[tuple[str | None, ...]] = [()]
    for column in columns:
        values = [*column.dictionary.to_pylist(), None]
        places = np.asarray(column.indices.fill_null(len(values) - 1))
        codes = codes * len(values) + places
        texts = [(*before, value) for before in texts for value in values]
    found, places = np.unique(codes, return_inverse=True)
    strata = pa.array([stratum_of(names, texts[code]) for code in found.tolist()], pa.string())
    return pc.if_else(pa.array(channel >= 0), strata.take(pa.array(places)), pa.scalar(None, pa.string()))


def _by_channel(channel: NDArray[np.int16]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(channel, mask=channel < 0), pa.array(_CHANNELS))


def _texts(batch: pa.RecordBatch, at: int) -> pa.DictionaryArray:
    return batch.column(stratum_column(at)).cast(pa.string()).dictionary_encode()


class Bounds:
    """Where the holdout ends in each stratum."""

    def __init__(self, drawn: Mapping[Stratum, int], holdout: int) -> None:
        self._drawn = drawn
        self._usual = usual_bound(holdout)

    def of(self, strata: pa.StringArray) -> Ranks:
        """For each person; 0 for who has no stratum."""
        encoded = strata.dictionary_encode()
        bounds = [self._drawn.get(stratum, self._usual) for stratum in encoded.dictionary.to_pylist()]
        found: Ranks = np.array([*bounds, 0], np.int64)[np.asarray(encoded.indices.fill_null(len(bounds)))]
        return found


class Drawing:
    """Everybody's rank, by stratum: sixteen bytes a person until the bounds are known."""

    def __init__(self) -> None:
        self._numbers: dict[Stratum, int] = {}
        self._codes: list[NDArray[np.int64]] = []
        self._ranks: list[Ranks] = []

    def add(self, strata: pa.StringArray, ranks: Ranks) -> None:
        """InvalidAudienceError when there are more strata than anybody looks at."""
        encoded = strata.dictionary_encode()
        numbers = [self._numbers.setdefault(one, len(self._numbers)) for one in encoded.dictionary.to_pylist()]
        if len(self._numbers) > MOST_STRATA:
            rule = f"people make more than {MOST_STRATA:,} strata: draw by what many have in common"
            raise InvalidAudienceError("The holdout cannot be drawn", (Violation("/holdout_strata", rule),))
        reached = np.asarray(encoded.indices.is_valid())
        places = np.asarray(encoded.indices.fill_null(0))[reached]
        self._codes.append(np.array(numbers, np.int64)[places])
        self._ranks.append(ranks[reached])

    def bounds(self, holdout: int) -> dict[Stratum, int]:
        """The bound of each stratum for a holdout of so many buckets."""
        if not self._numbers:
            return {}
        codes, ranks = np.concatenate(self._codes), np.concatenate(self._ranks)
        ranks = ranks[np.lexsort((ranks, codes))]
        sizes = np.bincount(codes, minlength=len(self._numbers)).tolist()
        wanted = quotas(dict(zip(self._numbers, sizes, strict=True)), holdout)
        ends = np.cumsum(sizes).tolist()
        return {
            stratum: _bound(ranks[end - size : end], wanted[stratum], usual_bound(holdout))
            for stratum, size, end in zip(self._numbers, sizes, ends, strict=True)
        }


def _bound(ranks: Ranks, held_out: int, usual: int) -> int:
    last = int(ranks[held_out - 1]) if held_out else -1
    following = int(ranks[held_out]) if held_out < len(ranks) else BEYOND_ALL_RANKS
    return bound_between(last, following, usual)


class StrataTally:
    """Counts decided people by stratum; batches without strata are passed over."""

    def __init__(self) -> None:
        self._people: dict[Stratum, int] = {}
        self._held_out: dict[Stratum, int] = {}
        self._bounds: Mapping[Stratum, int] | None = None

    def add(self, batch: Any) -> None:
        if COLUMN not in batch.schema.names:
            return
        if self._bounds is None:
            self._bounds = msgspec.json.decode(batch.schema.metadata[BOUNDS], type=dict[str, int])
        strata = batch.column(COLUMN)
        held_out = pc.equal(batch.column("reason"), SkipReason.HOLDOUT.value)
        _count(strata, self._people)
        _count(strata.filter(held_out), self._held_out)

    def counts(self) -> tuple[StratumCount, ...]:
        """By stratum."""
        bounds = self._bounds or {}
        return tuple(
            StratumCount(stratum, people, self._held_out.get(stratum, 0), bounds.get(stratum))
            for stratum, people in sorted(self._people.items())
        )


def _count(strata: pa.StringArray, into: dict[Stratum, int]) -> None:
    for found in strata.drop_null().value_counts().to_pylist():
        into[found["values"]] = into.get(found["values"], 0) + found["counts"]

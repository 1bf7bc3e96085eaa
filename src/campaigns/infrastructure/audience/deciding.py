"""Batches of candidates to decisions: buckets and channels in vectors, by the arithmetic of the domain."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from xxhash import xxh3_128_digest

from campaigns.application.audience.ports import AudienceOrder
from campaigns.domain.audience.allocation import BUCKETS, bounds, prefix, share
from campaigns.domain.audience.standing import BITS, CHANNEL_NUMBERS, NOBODY, Choice, choose
from campaigns.domain.audience.stratifying import TIE_BITS
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.strata import BOUNDS, Bounds, Ranks, strata_of
from campaigns.infrastructure.audience.strata import COLUMN as STRATUM

SCHEMA = pa.schema(
    {"user_id": pa.string(), "variant": pa.int16(), "channel": pa.int16(), "reason": pa.int16()},
)
Column = NDArray[np.int16]
_LOWEST_BITS = sum(1 << BITS * number for number in CHANNEL_NUMBERS.values())


class Deciding:
    """Decides for one campaign; keeps nothing between batches."""

    def __init__(self, order: AudienceOrder) -> None:
        self._prefix = prefix(order.campaign_id)
        self._holdout = share(order.holdout_percentage)
        self._strata = order.holdout_strata
        self._drawn_bounds = order.drawn or {}
        self._owners = _owners(bounds([variant.allocation for variant in order.variants]))
        self._controls = np.array([variant.is_control for variant in order.variants] or [False])
        self._ways = [variant.channels or order.channels for variant in order.variants] or [order.channels]
        self._sample = None if order.test_sample is None else share(order.test_sample)
        self._rest = len(order.variants) - 1
        self._draws = bool(self._holdout or order.variants)

    def __call__(
        self, user_ids: pa.StringArray, standing: pa.Int64Array, candidates: pa.RecordBatch | None = None
    ) -> pa.RecordBatch:
        """One decision for each person, in the order given; `candidates` have what the holdout is drawn by."""
        digests = self._digests(user_ids) if self._draws else np.zeros((len(user_ids), 4), dtype=np.uint32)
        drawn = self._buckets(digests)
        variant = self._owners[drawn[:, 1]]
        if self._sample is not None:
            beyond = (drawn[:, 2] >= self._sample) & ~self._controls[variant] & (variant != NOBODY)
            variant[beyond] = self._rest
        channel, reason = self._channels(standing, variant)
        reached = reason == SkipReason.NONE
        control = reached & self._controls[variant] & (variant != NOBODY)
        strata = strata_of(self._strata, candidates, channel) if self._strata and candidates is not None else None
        held_out = reached & self._held_out(digests, drawn, strata)
        reason[control] = SkipReason.CONTROL
        reason[held_out] = SkipReason.HOLDOUT
        channel[control | held_out] = NOBODY
        variant[held_out] = NOBODY
        decided = pa.record_batch([user_ids, pa.array(variant), pa.array(channel), pa.array(reason)], schema=SCHEMA)
        return decided if strata is None else self._with_strata(decided, strata)

    def ranks(self, user_ids: pa.StringArray) -> Ranks:
        """`domain.audience.stratifying.rank` of many."""
        return _ranks(self._digests(user_ids))

    def _held_out(
        self, digests: NDArray[np.uint32], drawn: NDArray[np.uint32], strata: pa.StringArray | None
    ) -> NDArray[np.bool_]:
        if strata is None:
            return drawn[:, 0] < self._holdout
        return _ranks(digests) < Bounds(self._drawn_bounds, self._holdout).of(strata)

    def _with_strata(self, decided: pa.RecordBatch, strata: pa.StringArray) -> pa.RecordBatch:
        bounds = msgspec.json.encode(self._drawn_bounds)
        return decided.append_column(STRATUM, strata).replace_schema_metadata({BOUNDS: bounds})

    def _digests(self, user_ids: pa.StringArray) -> NDArray[np.uint32]:
        """Four numbers for each person."""
        subjects = pc.binary_join_element_wise(self._prefix, user_ids.cast(pa.binary()), b"").to_pylist()
        return np.frombuffer(b"".join(map(xxh3_128_digest, subjects)), dtype=">u4").reshape(-1, 4)

    def _buckets(self, digests: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Holdout, variant and sample bucket of each person."""
        wanted = digests[:, : 2 if self._sample is None else 3]
        drawn: NDArray[np.uint32] = wanted.astype(np.uint32) % np.uint32(BUCKETS)  # native bytes divide faster
        return drawn

    def _channels(self, standing: pa.Int64Array, variant: Column) -> tuple[Column, Column]:
        """People stand in a handful of different ways: each way is decided once."""
        ways = standing.dictionary_encode()
        table = np.array([_choices(channels, ways.dictionary.to_pylist()) for channels in self._ways], dtype=np.int16)
        # -1, for people whom no variant claims, is the last row: a choice they share with the last variant's channels.
        row, column = variant if len(self._ways) > 1 else 0, ways.indices.to_numpy(zero_copy_only=False)
        return table[..., 0][row, column], table[..., 1][row, column]


def _ranks(digests: NDArray[np.uint32]) -> Ranks:
    found: Ranks = (digests[:, 0].astype(np.int64) % BUCKETS) << TIE_BITS | digests[:, 3].astype(np.int64)
    return found


def withheld_from_all(standing: pa.Int64Array, capped: pa.Int64Array) -> pa.Int64Array:
    """`domain.audience.standing.withheld` of many: what caps close where nothing else has closed a channel."""
    stands, caps = np.asarray(standing), np.asarray(capped)
    closed = (stands | stands >> 1 | stands >> 2 | stands >> 3) & _LOWEST_BITS
    return pa.array(stands | caps & (_LOWEST_BITS ^ closed) * 0xF)


def _owners(upper: Sequence[int]) -> Column:
    """The variant that owns each bucket, -1 where the allocations leave it to nobody."""
    found = np.searchsorted(np.array(upper, dtype=np.int64), np.arange(BUCKETS), side="right")
    return np.where(found < len(upper), found, NOBODY).astype(np.int16)


def _choices(channels: Sequence[ChannelType], standings: Sequence[Any]) -> list[Choice]:
    return [choose(channels, standing) for standing in standings]

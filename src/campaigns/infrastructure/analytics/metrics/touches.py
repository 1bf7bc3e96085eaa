"""Hits, and what sheds light on them, in columns: thousands of messages are looked at at once."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Self
from zlib import crc32

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from campaigns.domain.analytics.machines import MACHINE_RULES, HitLabel
from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.analytics.metrics.measures import HITS
from campaigns.infrastructure.analytics.metrics.slices import FactRow, hit_in, micros_of

Numbers = NDArray[np.int64]
Bits = NDArray[np.bool_]


class Touches(Struct, frozen=True):
    """Facts in the order of their messages, and within a message in the order in which they were told.

    `starts` says where each message begins; `machine` what a hit tells by itself.
    """

    facts: Sequence[FactRow]
    keys: Numbers
    appends: Numbers
    kinds: Numbers
    at: Numbers
    sources: Numbers
    machine: Bits
    starts: Numbers

    @classmethod
    def of(cls, facts: Sequence[FactRow], rules: int) -> Self:
        order = _order(facts)
        facts = [facts[number] for number in order.tolist()]
        keys = keys_of(facts)
        return cls(
            facts=facts,
            keys=keys,
            appends=_column([fact.append_no for fact in facts]),
            kinds=_column([fact.kind for fact in facts]),
            at=micros_of(facts),
            sources=_column([_source(fact, number) for number, fact in enumerate(facts)]),
            machine=np.array([_is_machine(rules, fact.kind, fact.written_detail) for fact in facts], np.bool_),
            starts=np.flatnonzero(np.diff(keys, prepend=-1)),
        )

    def where(self, chosen: Bits) -> Self:
        keys = self.keys[chosen]
        return type(self)(
            facts=[self.facts[number] for number in np.flatnonzero(chosen).tolist()],
            keys=keys,
            appends=self.appends[chosen],
            kinds=self.kinds[chosen],
            at=self.at[chosen],
            sources=self.sources[chosen],
            machine=self.machine[chosen],
            starts=np.flatnonzero(np.diff(keys, prepend=-1)),
        )

    @property
    def executions(self) -> Numbers:
        return executions_of(self.keys)

    @property
    def seqs(self) -> Numbers:
        return seqs_of(self.keys)


_SEQS = 1 << 31  # seqs are signed: moved up, they sort as they are
_LOW = (1 << 32) - 1


def key_of(execution_no: int, seq: int) -> int:
    """One number for a message."""
    return execution_no << 32 | seq + _SEQS


def executions_of(keys: Numbers) -> Numbers:
    return keys >> 32


def seqs_of(keys: Numbers) -> Numbers:
    return (keys & _LOW) - _SEQS


def messages_of(keys: Numbers) -> list[tuple[int, int]]:
    return list(zip(executions_of(keys).tolist(), seqs_of(keys).tolist(), strict=True))


def _column(values: Sequence[int]) -> Numbers:
    return np.array(values, np.int64)


def keys_of(facts: Sequence[FactRow]) -> Numbers:
    """`key_of` the message of each."""
    executions, seqs = _column([fact.execution_no for fact in facts]), _column([fact.seq for fact in facts])
    return executions << 32 | seqs + _SEQS


def _order(facts: Sequence[FactRow]) -> Numbers:
    """By message and append. Facts of one append have no order of their own: what they say gives them one."""
    keys, appends = keys_of(facts), _column([fact.append_no for fact in facts])
    order = np.lexsort((appends, keys))
    same = (np.diff(keys[order]) == 0) & (np.diff(appends[order]) == 0)
    if not same.any():
        return order
    tied, ties = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False)), np.zeros(len(facts), np.int64)
    for number in order[tied].tolist():
        ties[number] = _tie(facts[number])
    return np.lexsort((ties, appends, keys))


def _tie(fact: FactRow) -> int:
    """The same wherever the fact is read."""
    return crc32(f"{fact.kind}{fact.source_event_id}{fact.written_detail}{fact.at.timestamp()}".encode())


def _source(fact: FactRow, number: int) -> int:
    """Tells the outside events apart; who names none is one of its own."""
    return number if fact.source_event_id is None else hash(fact.source_event_id)


@lru_cache(8_192)
def _is_machine(rules: int, kind: int, written_detail: str | None) -> bool:
    """Most facts say what others say: the same words are judged once."""
    if kind not in HITS:
        return kind == FactKind.TRAPPED
    return MACHINE_RULES[rules](hit_in(written_detail)) is not HitLabel.HUMAN

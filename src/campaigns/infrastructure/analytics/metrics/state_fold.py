"""Messages move from state to state: each stands in one figure at a time."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from campaigns.infrastructure.analytics.metrics.assumed_delivery import TOLD, AssumedDelivery
from campaigns.infrastructure.analytics.metrics.measures import SENT, STATE_KINDS, STATES, state_of
from campaigns.infrastructure.analytics.metrics.pages import Pages, Seqs
from campaigns.infrastructure.analytics.metrics.slices import FactRow, LedgerSlice
from campaigns.infrastructure.analytics.metrics.tally import Tally, quarter_of
from campaigns.infrastructure.distinct import distinct

_Step = tuple[int, int, int, str | None, int]
"""append_no, 0 for ranges and 1 for facts (which override them) and 2 for reports, execution_no, state, hour.

Where a slice holds nothing but ranges of an execution, their order says nothing: they are one step, of append 0.
"""


def fold_states(
    ledger: LedgerSlice, unexpected: Sequence[FactRow], pages: Pages, tally: Tally, delivery: AssumedDelivery
) -> None:
    """Apply the slice's words about states, in the order in which they were said; `unexpected` ones end assumptions."""
    steps = _steps(ledger, unexpected)
    for step in sorted(steps, key=lambda s: s[:3]):
        seqs = np.concatenate(steps[step])
        if step[3] == TOLD:
            delivery.told(step[2], distinct(seqs), step[0])
        else:
            _move(pages, tally, delivery, step, seqs)


def _steps(ledger: LedgerSlice, unexpected: Sequence[FactRow]) -> dict[_Step, list[Seqs]]:
    steps: dict[_Step, list[Seqs]] = defaultdict(list)
    said: dict[_Step, list[int]] = defaultdict(list)
    states = ledger.told(STATE_KINDS)
    ordered = {fact.execution_no for fact in (*states, *unexpected)}
    for stretch in ledger.ranges:
        seqs = np.arange(stretch.seq_from, stretch.seq_to + 1, dtype=np.int64)
        append_no = stretch.append_no if stretch.execution_no in ordered else 0
        steps[append_no, 0, stretch.execution_no, SENT, quarter_of(stretch.at)].append(seqs)
    for fact in states:
        step = (fact.append_no, 1, fact.execution_no, state_of(fact), quarter_of(fact.at))
        said[step].append(fact.seq)
    for fact in unexpected:
        said[fact.append_no, 2, fact.execution_no, TOLD, 0].append(fact.seq)
    for step, numbers in said.items():
        steps[step].append(np.array(numbers, np.int64))
    return steps


def _move(pages: Pages, tally: Tally, delivery: AssumedDelivery, step: _Step, seqs: Seqs) -> None:
    append_no, _, execution_no, state, hour = step
    for former in STATES:
        if former != state:
            left = seqs[pages.are_set(execution_no, former, seqs)]
            pages.mark(execution_no, former, left, value=False)
            # By the channel it was counted for: this very append may have taken it to another one.
            tally.take_back(execution_no, former, left, _hours(left, hour), append_no - 1)
            if former == SENT:
                delivery.unsent(execution_no, left, _hours(left, hour), append_no - 1)
    if state is not None:
        seqs = distinct(seqs)
        arrived = seqs[~pages.are_set(execution_no, state, seqs)]
        pages.mark(execution_no, state, arrived, value=True)
        each = np.ones(len(arrived), np.bool_)
        tally.add(execution_no, state, arrived, _hours(arrived, hour), appends=append_no, unique=each)
        if state == SENT:
            delivery.sent(execution_no, arrived, _hours(arrived, hour), append_no)


def _hours(seqs: Seqs, hour: int) -> NDArray[np.int64]:
    return np.full(len(seqs), hour, np.int64)

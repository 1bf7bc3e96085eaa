"""What each hit counts for, once all that is known of its message is looked at."""

from datetime import UTC, datetime, timedelta

import numpy as np
from msgspec import Struct

from campaigns.domain.analytics.judging import accused
from campaigns.domain.analytics.scanning import AT_ONCE, BURST_LINKS, TOGETHER_RULES
from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.analytics.hits import touch_of
from campaigns.infrastructure.analytics.metrics.measures import HITS, MACHINE
from campaigns.infrastructure.analytics.metrics.touches import Bits, Numbers, Touches

MEASURES = ("opened", "opened" + MACHINE, "clicked", "clicked" + MACHINE)
NONE = -1
_NEVER = np.iinfo(np.int64).max
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Standing(Struct, frozen=True):
    """By fact: the figure it counts for (an index into MEASURES, or NONE), and whether as the first of its message."""

    measures: Numbers
    firsts: Bits


def standing(touches: Touches, rules: int) -> Standing:
    machine = touches.machine | _together(touches, rules)
    measures = np.full(len(touches.keys), NONE, np.int64)
    hits = np.isin(touches.kinds, list(HITS))
    counted = np.flatnonzero(hits)[_first_of(touches.keys[hits], touches.kinds[hits], touches.sources[hits])]
    measures[counted] = (touches.kinds[counted] == FactKind.CLICKED) * 2 + machine[counted]
    firsts = np.zeros(len(measures), np.bool_)
    firsts[counted[_first_of(touches.keys[counted], measures[counted])]] = True
    return Standing(measures, firsts)


def _first_of(*columns: Numbers) -> Numbers:
    """Where each combination stands for the first time, in order of appearance."""
    if not len(columns[0]):
        return np.zeros(0, np.int64)
    order = np.lexsort(columns[::-1])  # stable: equal ones keep their order
    changed = np.zeros(len(order), np.bool_)
    changed[0] = True
    for column in columns:
        ordered = column[order]
        changed[1:] |= ordered[1:] != ordered[:-1]
    return np.sort(order[changed])


def _together(touches: Touches, rules: int) -> Bits:
    """Which hits are a machine's for what the others on their message tell."""
    found = np.zeros(len(touches.keys), np.bool_)
    if rules not in TOGETHER_RULES or not len(found):
        return found
    arrived = _arrivals(touches)
    ends = np.append(touches.starts[1:], len(found))
    for message in np.flatnonzero(_worth_a_look(touches, arrived)).tolist():
        facts = {n: touches.facts[n] for n in range(int(touches.starts[message]), int(ends[message]))}
        if not any(fact.is_ours for fact in facts.values()):
            continue  # what providers report accuses nobody
        told = {n: touch for n, f in facts.items() if (touch := touch_of(f.kind, f.at, f.append_no, f.detail))}
        found[list(told)] = accused(list(told.values()), _instant(int(arrived[message])), rules)
    return found


def _arrivals(touches: Touches) -> Numbers:
    """When each message arrived: as its delivery says, else its sending."""
    delivered, sent = (
        np.minimum.reduceat(np.where(touches.kinds == kind, touches.at, _NEVER), touches.starts)
        for kind in (FactKind.DELIVERED, FactKind.SENT)
    )
    return np.where(delivered == _NEVER, sent, delivered)


def _worth_a_look(touches: Touches, arrived: Numbers) -> Bits:
    """Messages of which the rules may say something: most are opened once, long after they arrived."""
    sizes = np.diff(np.append(touches.starts, len(touches.keys)))
    hits = np.isin(touches.kinds, list(HITS))
    known = np.repeat(arrived, sizes)
    at_once = hits & (known != _NEVER) & (np.abs(touches.at - np.where(known == _NEVER, 0, known)) <= AT_ONCE)
    clicks = np.add.reduceat((touches.kinds == FactKind.CLICKED).astype(np.int64), touches.starts)
    telling = at_once | (touches.kinds == FactKind.TRAPPED)
    worth: Bits = np.logical_or.reduceat(telling, touches.starts) | (clicks >= BURST_LINKS)
    return worth


def _instant(micros: int) -> datetime | None:
    return None if micros == _NEVER else _BEGINNING + timedelta(microseconds=micros)

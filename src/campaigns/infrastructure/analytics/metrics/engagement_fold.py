"""What people did with their messages: unique by message, total by source event."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from psycopg import AsyncConnection

from campaigns.domain.analytics.attribution import WHOLE
from campaigns.infrastructure.analytics.metrics.measures import ENGAGEMENT_KINDS, REPEATABLE, measure_of
from campaigns.infrastructure.analytics.metrics.pages import Bits, Pages, Seqs
from campaigns.infrastructure.analytics.metrics.slices import FactRow, LedgerSlice
from campaigns.infrastructure.analytics.metrics.tally import Tally, quarters_of

_SEEN_BEFORE = """
    select distinct f.execution_no, f.seq, f.kind, f.source_event_id
      from unnest(%s::integer[], %s::integer[], %s::smallint[], %s::text[]) as asked (e, s, k, source)
      join message_facts f on f.execution_no = asked.e and f.seq = asked.s and f.kind = asked.k
                          and f.source_event_id = asked.source
     where f.append_no <= %s"""

_EARNING = frozenset({"converted", "assisted"})
Groups = dict[tuple[int, str], list[FactRow]]
Told = tuple[int, int, int, str | None]


def grouped(ledger: LedgerSlice) -> Groups:
    """The engagement facts of a slice by execution and figure, in their order."""
    groups: Groups = defaultdict(list)
    for fact in ledger.told(ENGAGEMENT_KINDS):
        groups[fact.execution_no, measure_of(fact)].append(fact)
    return groups


async def fold_engagement(connection: AsyncConnection, groups: Groups, after: int, pages: Pages, tally: Tally) -> None:
    """Count each group; what was told before, in this slice or an earlier one, counts once."""
    seqs = {key: _seqs(facts) for key, facts in groups.items()}
    firsts = {key: _take_firsts(key, seqs[key], pages) for key in groups}
    seen = await _seen_before(connection, _repeated(groups, firsts), after)
    for (execution_no, measure), facts in groups.items():
        key = (execution_no, measure)
        counted = _counted(facts, seqs[key], firsts[key], measure, seen)
        hours, appends = (
            quarters_of(facts),
            np.array([fact.append_no for fact in facts], np.int64),
        )
        kept, first = seqs[key][counted], firsts[key][counted]
        tally.add(execution_no, measure, kept, hours[counted], appends=appends[counted], unique=first)
        if measure in _EARNING:
            _add_amounts([fact for fact, counts in zip(facts, counted, strict=True) if counts], tally)


def _take_firsts(key: tuple[int, str], seqs: Seqs, pages: Pages) -> Bits:
    """Which of the facts about these messages are the first for theirs; marks those messages."""
    first = np.zeros(len(seqs), np.bool_)
    first[np.unique(seqs, return_index=True)[1]] = True
    first &= ~pages.are_set(*key, seqs)
    pages.mark(*key, seqs[first], value=True)
    return first


def _repeated(groups: Groups, firsts: dict[tuple[int, str], Bits]) -> list[Told]:
    """Further facts about messages that were counted already: perhaps the same event, told again."""
    return [
        _told(fact)
        for key, facts in groups.items()
        if key[1] in REPEATABLE
        for fact, is_first in zip(facts, firsts[key], strict=True)
        if not is_first and fact.source_event_id is not None
    ]


def _counted(facts: Sequence[FactRow], seqs: Seqs, first: Bits, measure: str, seen: set[Told]) -> Bits:
    if measure not in REPEATABLE:
        return first
    told = set(seen)
    counted = np.ones(len(facts), np.bool_)
    of_several = np.isin(seqs, seqs[~first])  # the only fact about a message repeats nothing
    for number in np.flatnonzero(of_several).tolist():
        fact = facts[number]
        if fact.source_event_id is not None:
            counted[number] = _told(fact) not in told
            told.add(_told(fact))
    return counted


async def _seen_before(connection: AsyncConnection, asked: Sequence[Told], after: int) -> set[Told]:
    if not asked or not after:
        return set()
    columns = [list(column) for column in zip(*asked, strict=True)]
    cursor = await connection.execute(_SEEN_BEFORE, (*columns, after))
    return {(row[0], row[1], row[2], row[3]) for row in await cursor.fetchall()}


def _add_amounts(facts: Sequence[FactRow], tally: Tally) -> None:
    """Revenue of conversions, by the weight of their attribution."""
    for fact in facts:
        detail = fact.detail
        if "amount" in detail and "currency" in detail:
            tally.amounts[tally.cell_of(fact, "revenue"), detail["currency"]] += _revenue(detail)


def _revenue(detail: Mapping[str, Any]) -> Decimal:
    """The message's part of the amount; older facts do not say it, but its weight."""
    if "revenue" in detail:
        return Decimal(detail["revenue"])
    return Decimal(detail["amount"]) * int(detail.get("weight", WHOLE)) / WHOLE


def _told(fact: FactRow) -> Told:
    return fact.execution_no, fact.seq, fact.kind, fact.source_event_id


def _seqs(facts: Sequence[FactRow]) -> Seqs:
    return np.array([fact.seq for fact in facts], np.int64)

"""One message on its way out: how often it was tried, and what became of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from campaigns.application.delivery.ledger import Counts, Fact, PlannedMessage, Report
from campaigns.domain.delivery.numbers import FactKind
from campaigns.domain.delivery.spending import NOTHING


class Attempt(Struct, frozen=True):
    """About to be handed over by `channel` for the `tries`-th time. `kind` names the intent; None: the plan's first.

    `instead_of` is the channel for which its cost was reserved, where that is another one.
    """

    message: PlannedMessage
    channel: int
    tries: int = 1
    kind: FactKind | None = None
    instead_of: int | None = None

    @property
    def seq(self) -> int:
        return self.message.seq


class Outgoing(Struct, frozen=True):
    """What a claim is to hand over: the plan's messages for the first time, and earlier ones again."""

    plan: Sequence[PlannedMessage]
    again: Sequence[Attempt]

    def user_ids(self) -> set[str]:
        return {message.user_id for message in self.plan} | {attempt.message.user_id for attempt in self.again}

    def channels(self) -> Counter[int]:
        """How many are to leave by which channel."""
        return Counter([message.channel for message in self.plan] + [attempt.channel for attempt in self.again])


class Result(Struct, frozen=True):
    """What became of an attempt. DEFERRED ones carry the attempt that comes `next`, not before `wait` seconds."""

    attempt: Attempt
    kind: FactKind
    detail: Mapping[str, Any]
    next: Attempt | None = None
    wait: float = 0.0


def taken_up(message: PlannedMessage, deferred: Mapping[str, Any]) -> Attempt:
    """The next attempt of a message, from what was recorded when it was deferred."""
    channel = int(deferred.get("channel", message.channel))
    intent = FactKind.RESENT if deferred.get("resent") else FactKind.RETRYING
    intent = FactKind.FELL_BACK if deferred.get("fell_back") else intent
    return Attempt(message, channel, int(deferred.get("tries", 0)) + 1, intent)


def report_of(
    attempts: Sequence[Attempt], results: Sequence[Result], also: Sequence[Fact] = (), cost: Decimal = NOTHING
) -> Report:
    """The report of a chunk of `attempts` (by ascending seq): all were sent but those with a result.

    Messages of the plan's first pass are told as stretches; messages that were tried again, one by one.
    """
    exceptional = {result.attempt.seq for result in results}
    sent = [attempt for attempt in attempts if attempt.seq not in exceptional] if exceptional else attempts
    facts = [Fact(result.attempt.seq, result.kind, result.detail) for result in results]
    facts += [Fact(attempt.seq, FactKind.SENT, {"channel": attempt.channel}) for attempt in sent if attempt.kind]
    first_time = [attempt.seq for attempt in sent if not attempt.kind]
    counts = counts_of_facts(facts, sent=len(first_time))
    return Report(ranges=stretches(first_time), facts=[*facts, *also], counts=counts, cost=cost)


def counts_of_facts(facts: Sequence[Fact], *, sent: int = 0, uncertain: int = 0) -> Counts:
    """How facts move the counters; `sent` and `uncertain` are added."""
    kinds = [fact.kind for fact in facts]
    return Counts(
        sent=sent + kinds.count(FactKind.SENT),
        failed=kinds.count(FactKind.FAILED),
        skipped=kinds.count(FactKind.SKIPPED),
        uncertain=uncertain + kinds.count(FactKind.UNCERTAIN),
        deferred=kinds.count(FactKind.DEFERRED),
    )


def stretches(seqs: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as stretches without gaps: 1 2 3 7 8 → (1, 3) (7, 8)."""
    if seqs and seqs[-1] - seqs[0] + 1 == len(seqs):
        return [(seqs[0], seqs[-1])]
    found: list[tuple[int, int]] = []
    for seq in seqs:
        if found and found[-1][1] == seq - 1:
            found[-1] = (found[-1][0], seq)
        else:
            found.append((seq, seq))
    return found


def merged(reports: Sequence[Report]) -> Report:
    """Several reports as one append; stretches that meet become one."""
    if len(reports) == 1:
        return reports[0]
    ranges: list[tuple[int, int]] = []
    for first, last in sorted(stretch for report in reports for stretch in report.ranges):
        if ranges and ranges[-1][1] == first - 1:
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((first, last))
    counts = {name: sum(getattr(report.counts, name) for report in reports) for name in Counts.__struct_fields__}
    facts = [fact for report in reports for fact in report.facts]
    cost = sum((report.cost for report in reports), NOTHING)
    return Report(ranges=ranges, facts=facts, counts=Counts(**counts), cost=cost)

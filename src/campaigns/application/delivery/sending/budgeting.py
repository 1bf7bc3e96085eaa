"""What a claim is about to spend, and what it has spent."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from campaigns.application.delivery.ledger import Claim, Fact
from campaigns.application.delivery.sending.attempts import Attempt, Outgoing, Result
from campaigns.application.delivery.sending.desk import Desk
from campaigns.application.delivery.spending import Spending
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER, FactKind
from campaigns.domain.delivery.spending import NOTHING, Answer

_CHARGED = (FactKind.SENT, FactKind.UNCERTAIN)
"""An uncertain message may have gone out: it is paid for. Sent again, it is paid for again."""


async def afford(claim: Claim, outgoing: Outgoing, desk: Desk, spending: Spending) -> Answer:
    """Reserve what all of it will cost, each message by the channel it is to leave by."""
    budget = desk.brief.budget
    if budget is None or desk.prices.free:
        return Answer.GRANTED
    return await spending.reserve(claim, _total(outgoing.channels(), desk), budget.amount)


def cost_of(attempts: Sequence[Attempt], results: Sequence[Result], desk: Desk) -> Decimal:
    """Of a chunk that was handed over: those without a result were sent."""
    if desk.prices.free:
        return NOTHING
    numbers = Counter(attempt.channel for attempt in attempts)
    numbers.subtract(result.attempt.channel for result in results if result.kind not in _CHARGED)
    return _total(numbers, desk)


def cost_of_facts(facts: Sequence[Fact], desk: Desk) -> Decimal:
    """Of what was found out about an earlier claim's messages."""
    return _total(Counter(int(fact.detail["channel"]) for fact in facts if fact.kind in _CHARGED), desk)


def dearer(attempts: Sequence[Attempt], desk: Desk) -> Decimal:
    """What these attempts cost more than was reserved for their messages: they fell back to another channel."""
    fallen = [attempt for attempt in attempts if attempt.instead_of is not None]
    now = Counter(attempt.channel for attempt in fallen)
    before = Counter(attempt.instead_of for attempt in fallen if attempt.instead_of is not None)
    return _total(now, desk) - _total(before, desk)


def _total(numbers: Counter[int], desk: Desk) -> Decimal:
    return desk.prices.total({CHANNELS_BY_NUMBER[number]: count for number, count in numbers.items()})

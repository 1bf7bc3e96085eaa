"""Who was behind the hits on one message. Whoever asks gets one answer: the figures, somebody's trace, journeys."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from campaigns.domain.analytics.machines import MACHINE_RULES, Hit, HitLabel
from campaigns.domain.analytics.scanning import TOGETHER_RULES, Seen, Trace


class Touch(Struct, frozen=True):
    """One hit on a message, as the ledger has it; `append_no` is its place there.

    `visitor` tells addresses apart; None: a provider reported the hit, we did not see it ourselves.
    """

    trace: Trace
    at: datetime
    append_no: int
    hit: Hit
    target: str | None = None
    visitor: str | None = None


def labels(touches: Sequence[Touch], arrived_at: datetime | None, rules: int) -> tuple[HitLabel, ...]:
    """What each of one message's hits is by these rules. `arrived_at` is when the message did, where that is known."""
    return tuple(
        HitLabel.MACHINE if is_machine and label is HitLabel.HUMAN else label
        for is_machine, label in zip(
            accused(touches, arrived_at, rules), [_alone(one, rules) for one in touches], strict=True
        )
    )


def accused(touches: Sequence[Touch], arrived_at: datetime | None, rules: int) -> tuple[bool, ...]:
    """Which of one message's hits the others give away.

    Only hits that we saw ourselves: a provider may report under the time at which it tells us.
    """
    judge = TOGETHER_RULES.get(rules)
    if judge is None:
        return (False,) * len(touches)
    seen = [_seen(one) for one in touches if one.visitor is not None]
    told = iter(judge(seen, None if arrived_at is None else _micros(arrived_at)))
    return tuple(one.visitor is not None and next(told) for one in touches)


def _alone(touch: Touch, rules: int) -> HitLabel:
    return HitLabel.MACHINE if touch.trace is Trace.TRAP else MACHINE_RULES[rules](touch.hit)


def _seen(touch: Touch) -> Seen:
    return Seen(touch.trace, _micros(touch.at), touch.target, touch.visitor)


def _micros(instant: datetime) -> int:
    return round(instant.timestamp() * 1_000_000)

"""Machines that no single hit gives away: what the hits on one message tell together."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from msgspec import Struct

SECOND = 1_000_000  # microseconds
AT_ONCE = 1 * SECOND
"""Nobody reads a mail within a second of its arrival."""
BURST, BURST_LINKS = 5 * SECOND, 3
"""Nobody follows three links of one mail within five seconds."""
TRAP_SHADOW = 60 * SECOND
"""Who follows the link that people do not see looks at the rest of the mail about then."""


class Trace(Enum):
    """What a hit was on."""

    OPEN = 1
    CLICK = 2
    TRAP = 3


class Seen(Struct, frozen=True):
    """One hit. `at` in microseconds since 1970; `target` tells links, `visitor` tells addresses apart."""

    trace: Trace
    at: int
    target: str | None = None
    visitor: str | None = None


def _third_rules(hits: Sequence[Seen], arrived_at: int | None) -> tuple[bool, ...]:
    return tuple(
        at_once or burst or trapped
        for at_once, burst, trapped in zip(
            _at_once(hits, arrived_at), _in_burst(hits), _in_shadow_of_trap(hits), strict=True
        )
    )


def _at_once(hits: Sequence[Seen], arrived_at: int | None) -> list[bool]:
    return [arrived_at is not None and abs(hit.at - arrived_at) <= AT_ONCE for hit in hits]


def _in_burst(hits: Sequence[Seen]) -> list[bool]:
    """Every hit between the first and the last click of a burst."""
    clicks = sorted((hit for hit in hits if hit.trace is Trace.CLICK), key=lambda hit: hit.at)
    bursts = []
    for number, first in enumerate(clicks):
        inside = [click for click in clicks[number:] if click.at - first.at <= BURST]
        if len({click.target for click in inside}) >= BURST_LINKS:
            bursts.append((first.at, inside[-1].at))
    return [any(begin <= hit.at <= end for begin, end in bursts) for hit in hits]


def _in_shadow_of_trap(hits: Sequence[Seen]) -> list[bool]:
    """Every hit about the time of one on the trap, or from the same address."""
    traps = [hit for hit in hits if hit.trace is Trace.TRAP]
    visitors = {trap.visitor for trap in traps} - {None}
    return [hit.visitor in visitors or any(abs(hit.at - trap.at) <= TRAP_SHADOW for trap in traps) for hit in hits]


TOGETHER_RULES: Mapping[int, Callable[[Sequence[Seen], int | None], tuple[bool, ...]]] = {
    3: _third_rules,
    4: _third_rules,
}
"""By version: which of one message's hits are a machine's for what the others tell, and when the message arrived."""

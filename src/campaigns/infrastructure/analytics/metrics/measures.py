"""Which figure a fact of the ledger counts for."""

from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.analytics.metrics.slices import FactRow

SENT = "sent"
STATES = (SENT, "failed", "skipped", "uncertain")
"""Where a message stands: it is in one of these at most, and a later word moves it."""

_STATE_OF: dict[int, str | None] = {
    FactKind.SENT: SENT,
    FactKind.FAILED: "failed",
    FactKind.SKIPPED: "skipped",
    FactKind.UNCERTAIN: "uncertain",
    FactKind.CANCELLED: None,
    FactKind.RESENT: None,
    FactKind.FELL_BACK: None,
    FactKind.DEFERRED: None,
    FactKind.RETRYING: None,
}
STATE_KINDS = frozenset(_STATE_OF)
"""Facts that say where a message stands."""
_ENGAGEMENT: dict[int, str] = {
    FactKind.DELIVERED: "delivered",
    FactKind.COMPLAINED: "complained",
    FactKind.UNSUBSCRIBED: "unsubscribed",
    FactKind.REPLIED: "replied",
}
ENGAGEMENT_KINDS = frozenset({*_ENGAGEMENT, FactKind.BOUNCED, FactKind.CONVERTED})
"""Facts that each count for a figure. Hits are looked at by `hit_fold`."""
HITS: dict[int, str] = {FactKind.OPENED: "opened", FactKind.CLICKED: "clicked"}
MACHINE = ":machine"
REPEATABLE = frozenset({"converted", "assisted", "replied"})
"""Figures in which the same message may count more than once, each time from another source event."""


def state_of(fact: FactRow) -> str | None:
    """The state a fact moves its message to; None for those that only end the former one."""
    return _STATE_OF[fact.kind]


def measure_of(fact: FactRow) -> str:
    """The figure an engagement fact counts for."""
    if measure := _ENGAGEMENT.get(fact.kind):
        return measure
    if fact.kind == FactKind.BOUNCED:
        return "bounced_soft" if fact.detail.get("hard") is False else "bounced_hard"
    assisted = fact.detail.get("assisted")
    return "holdout_converted" if fact.seq < 0 else "assisted" if assisted else "converted"
